#include "loadgen/target/date_clock.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace fairrush::loadgen {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number_at(std::string_view text, std::size_t place, std::size_t digits) {
  int number = 0;
  const char* const start = text.data() + place;
  const auto [end, error] = std::from_chars(start, start + digits, number);
  if (error != std::errc{} || end != start + digits) return std::nullopt;
  return number;
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  const auto day = number_at(text, 5, 2);
  const auto month = std::ranges::find(kMonths, text.substr(8, 3));
  const auto year = number_at(text, 12, 4);
  const auto hour = number_at(text, 17, 2);
  const auto minute = number_at(text, 20, 2);
  const auto second = number_at(text, 23, 2);
  if (!day || !year || !hour || !minute || !second || month == kMonths.end()) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year > 2254) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

FromTarget<std::optional<ClockOffset>> clock_by_date(const Clock& clock, const AskDate& ask,
                                                     const std::function<void()>& pause) {
  const SteadyTime start = clock.steady_now();
  std::optional<WallTime> last;
  SteadyTime last_sent{};
  while (clock.steady_now() - start < kDatePatience) {
    const SteadyTime sent = clock.steady_now();
    const auto header = ask();
    if (!header) return std::unexpected(header.error());
    const auto date = parse_http_date(*header);
    if (!date) return std::nullopt;
    if (last && *date != *last) {
      const ClockReading now = read_clocks(clock);
      const Duration around = (now.steady - last_sent) / 2;
      return ClockOffset{.offset = *date - (now.wall - around), .error = around + now.error};
    }
    last = date;
    last_sent = sent;
    pause();
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
