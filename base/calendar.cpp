#include "base/calendar.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fairrush {
namespace {

constexpr int kYearMin = 1970;
constexpr int kYearMax = 2261;  // what 64 bits of nanoseconds hold whole
constexpr std::size_t kSecondDigitsMax = 10;
constexpr std::size_t kFractionDigitsMax = 9;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes a text apart from its front. A part that is not there makes the whole not read.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  /// Exactly `digits` of them.
  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t place = 0; place < digits; ++place) {
      ok_ = ok_ && place < rest_.size() && is_digit(rest_[place]);
      if (!ok_) return 0;
      value = 10 * value + (rest_[place] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }

  bool take(char c) {
    const bool found = rest_.starts_with(c);
    if (found) rest_.remove_prefix(1);
    return found;
  }
  void expect(char c) { ok_ = take(c) && ok_; }
  void expect_one_of(char a, char b) { ok_ = (take(a) || take(b)) && ok_; }

  /// ".25"; zero without a point.
  Duration fraction() {
    if (!take('.')) return Duration::zero();
    std::size_t digits = 0;
    std::int64_t ns = 0;
    for (; digits < rest_.size() && is_digit(rest_[digits]); ++digits) {
      if (digits < kFractionDigitsMax) ns = 10 * ns + (rest_[digits] - '0');
    }
    ok_ = ok_ && digits > 0 && digits <= kFractionDigitsMax;
    for (std::size_t place = digits; place < kFractionDigitsMax; ++place) ns *= 10;
    rest_.remove_prefix(digits);
    return Duration(ns);
  }

  /// "Z", "+09", "-0330" or "+05:30".
  Duration offset() {
    if (take('Z')) return Duration::zero();
    const bool behind = take('-');
    if (!behind) expect('+');
    const int hours = number(2);
    int minutes = 0;
    if (!rest_.empty()) {
      take(':');
      minutes = number(2);
    }
    ok_ = ok_ && hours < 24 && minutes < 60;
    const Duration size = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return behind ? -size : size;
  }

  bool read_whole() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::optional<WallTime> calendar_time(std::string_view text) {
  Reader reader(text);
  const int year = reader.number(4);
  reader.expect('-');
  const auto month = static_cast<unsigned>(reader.number(2));
  reader.expect('-');
  const auto day = static_cast<unsigned>(reader.number(2));
  reader.expect_one_of('T', ' ');
  const int hour = reader.number(2);
  reader.expect(':');
  const int minute = reader.number(2);
  reader.expect(':');
  const int second = reader.number(2);
  const Duration fraction = reader.fraction();
  const Duration offset = reader.offset();
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  const bool possible = reader.read_whole() && date.ok() && year >= kYearMin && year <= kYearMax &&
                        hour < 24 && minute < 60 && second < 60;
  if (!possible) return std::nullopt;
  return WallTime(std::chrono::sys_days(date).time_since_epoch()) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) + fraction - offset;
}

std::optional<WallTime> unix_time(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || digits > kSecondDigitsMax) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char digit : text.substr(0, digits)) seconds = 10 * seconds + (digit - '0');
  Reader reader(text.substr(digits));
  const Duration fraction = reader.fraction();
  if (!reader.read_whole()) return std::nullopt;
  return WallTime(std::chrono::seconds(seconds)) + fraction;
}

}  // namespace fairrush
