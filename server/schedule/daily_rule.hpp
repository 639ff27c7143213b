#pragma once

#include <cctz/time_zone.h>

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

#include "server/domain/event.hpp"

namespace fairrush::server {

/// A day as a calendar in the rule's time zone has it.
using CalendarDay = std::chrono::local_days;

/// "20240424".
std::string text_of(CalendarDay day);

/// A window by the clock on the wall: seconds since midnight, below two days; open < close.
struct LocalWindow {
  std::chrono::seconds open{};
  std::chrono::seconds close{};

  std::chrono::seconds length() const { return close - open; }
  bool operator==(const LocalWindow&) const = default;
};

/// When an event takes place, every day: "reserve 22:55–22:59, claim 23:00–23:01 in Taipei".
/// Immutable.
class DailyRule {
 public:
  /// Reads windows of the form "22:55-22:59" or "22:55:00-22:59:30" and the name of a zone of the
  /// IANA database. A time that is not later than the one before it is the next day's. The error
  /// names the member and says what is accepted.
  static std::expected<DailyRule, std::string> parse(std::string_view reserve,
                                                     std::string_view claim,
                                                     std::string_view time_zone);

  /// The windows of a day. Each opens when the clock shows its time (a time that the clock skips:
  /// at the jump; one that it shows twice: the first time), stays open for its length as the rule
  /// has it, and never opens before the one before it has closed.
  EventWindows windows_of(CalendarDay day) const;

  /// When a day's event begins to exist.
  WallTime warm_up_of(CalendarDay day) const { return windows_of(day).reserve_open - kWarmUp; }

  /// The latest day whose warm-up has begun by `now`.
  CalendarDay day_at(WallTime now) const;

  const std::string& reserve_text() const { return reserve_text_; }
  const std::string& claim_text() const { return claim_text_; }
  std::string time_zone() const { return zone_.name(); }

 private:
  DailyRule(LocalWindow reserve, LocalWindow claim, cctz::time_zone zone)
      : reserve_(reserve), claim_(claim), zone_(zone) {}

  WallTime at(CalendarDay day, std::chrono::seconds since_midnight) const;

  LocalWindow reserve_;
  LocalWindow claim_;
  cctz::time_zone zone_;
  std::string reserve_text_;
  std::string claim_text_;
};

}  // namespace fairrush::server
