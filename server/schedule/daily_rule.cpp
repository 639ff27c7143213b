#include "server/schedule/daily_rule.hpp"

#include <cctz/civil_time.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace fairrush::server {
namespace {

using std::chrono::seconds;
using Error = std::unexpected<std::string>;

constexpr seconds kDay = std::chrono::hours(24);
/// Two days' events of one rule must not overlap, nor the warm-up of one the end of the other.
constexpr seconds kSpanMax = kDay - std::chrono::duration_cast<seconds>(kWarmUp);
constexpr std::string_view kWindowAccepted = "local times such as \"22:55-22:59\"";

/// "22:55" or "22:55:30"; unset when it is no time of a day.
std::optional<seconds> parse_time(std::string_view text) {
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  std::array<unsigned, 3> parts{};
  for (std::size_t part = 0; part * 3 < text.size(); ++part) {
    const char* const begin = text.data() + part * 3;
    const auto [end, error] = std::from_chars(begin, begin + 2, parts.at(part));
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
    if (part > 0 && text[part * 3 - 1] != ':') return std::nullopt;
  }
  if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return seconds(parts[0] * 3600 + parts[1] * 60 + parts[2]);
}

std::optional<LocalWindow> parse_window(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto open = parse_time(text.substr(0, dash));
  auto close = parse_time(text.substr(dash + 1));
  if (!open || !close || *open == *close) return std::nullopt;
  if (*close < *open) *close += kDay;
  return LocalWindow{*open, *close};
}

/// A name, never a path: the library would open whatever it is told.
std::optional<cctz::time_zone> load_zone(std::string_view name) {
  static constexpr std::size_t kNameMax = 64;
  const bool sound = !name.empty() && name.size() <= kNameMax && name.front() != '/' &&
                     std::ranges::all_of(name, [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                              (c >= '0' && c <= '9') || c == '/' || c == '_' || c == '+' ||
                              c == '-';
                     });
  cctz::time_zone zone;
  if (!sound || !cctz::load_time_zone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

}  // namespace

std::string text_of(CalendarDay day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::expected<DailyRule, std::string> DailyRule::parse(std::string_view reserve,
                                                       std::string_view claim,
                                                       std::string_view time_zone) {
  const auto refused = [](std::string_view name, std::string_view value,
                          std::string_view accepted) {
    return Error(fmt::format("'daily.{}' is \"{}\": expected {}", name, value, accepted));
  };
  const auto reserving = parse_window(reserve);
  if (!reserving) return refused("reserve", reserve, kWindowAccepted);
  auto claiming = parse_window(claim);
  if (!claiming) return refused("claim", claim, kWindowAccepted);
  if (claiming->open < reserving->open) *claiming = {claiming->open + kDay, claiming->close + kDay};
  if (claiming->open < reserving->close) {
    return refused("claim", claim, "a window that opens after the other has closed");
  }
  if (claiming->close - reserving->open > kSpanMax) {
    return refused("claim", claim,
                   "a window that closes 23 hours and 50 minutes after the other opens, or sooner");
  }
  const auto zone = load_zone(time_zone);
  if (!zone) return refused("time_zone", time_zone, "a name such as Asia/Taipei or UTC");
  DailyRule rule(*reserving, *claiming, *zone);
  rule.reserve_text_ = reserve;
  rule.claim_text_ = claim;
  return rule;
}

WallTime DailyRule::at(CalendarDay day, seconds since_midnight) const {
  const std::chrono::year_month_day date(day);
  const cctz::civil_second civil =
      cctz::civil_second(static_cast<int>(date.year()), static_cast<int>(unsigned{date.month()}),
                         static_cast<int>(unsigned{date.day()})) +
      since_midnight.count();
  const auto found = zone_.lookup(civil);
  const bool skipped = found.kind == cctz::time_zone::civil_lookup::SKIPPED;
  return WallTime((skipped ? found.trans : found.pre).time_since_epoch());
}

EventWindows DailyRule::windows_of(CalendarDay day) const {
  EventWindows windows;
  windows.reserve_open = at(day, reserve_.open);
  windows.reserve_close = windows.reserve_open + reserve_.length();
  windows.claim_open = std::max(at(day, claim_.open), windows.reserve_close);
  windows.claim_close = windows.claim_open + claim_.length();
  return windows;
}

CalendarDay DailyRule::day_at(WallTime now) const {
  const cctz::civil_day civil(cctz::convert(
      std::chrono::floor<seconds>(std::chrono::time_point_cast<seconds>(now)), zone_));
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(civil.year())),
                                         std::chrono::month(static_cast<unsigned>(civil.month())),
                                         std::chrono::day(static_cast<unsigned>(civil.day())));
  // A window just behind midnight is warmed up the day before; one just before it may be too late
  // for today's.
  CalendarDay day = CalendarDay(date) + std::chrono::days(1);
  while (warm_up_of(day) > now) day -= std::chrono::days(1);
  return day;
}

}  // namespace fairrush::server
