#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/event.hpp"
#include "server/schedule/daily_rule.hpp"

namespace fairrush::server {

/// A day that is to begin: its event, and the key that makes beginning it twice harmless.
struct DayToBegin {
  EventSpec spec;
  std::string key;
};

/// The events that begin anew every day. Knows no clock: the caller says what time it is, and it
/// may go back and forth. One thread.
class DailyEvents {
 public:
  struct Entry {
    EventSpec spec;  ///< of every day, but for name and windows
    DailyRule rule;
    std::string key;      ///< the idempotency key it was created under
    std::string request;  ///< the body it was created by
    bool ended = false;   ///< no further day begins
    std::set<CalendarDay> begun = {};
  };

  bool empty() const { return entries_.empty(); }

  /// Adds a rule under `spec.name`, which must be free.
  Entry& add(Entry entry);
  Entry* find(std::string_view name);

  /// Whether names of days fit: they are eight digits and a hyphen longer than the rule's.
  static bool is_name(std::string_view name);

  /// Takes note of an event that exists, which may be a day of ours.
  void note(std::string_view event);

  /// The day that is to begin now: the one whose warm-up has begun, unless it has begun or has
  /// passed already. A clock that jumps over days begins none of them late.
  std::optional<DayToBegin> due(Entry& entry, WallTime now) const;
  /// The same; where none is due, the next one: a new rule must have an event to show.
  DayToBegin first(Entry& entry, WallTime now) const;
  /// Every day that is due.
  std::vector<DayToBegin> due(WallTime now);

  /// The event that a name means at `now`: of a rule, the latest day that has begun and is not in
  /// the future; else the name itself.
  std::string resolve(std::string_view name, WallTime now);

  /// The entry that an event is a day of; null when it is none.
  const Entry* entry_of(std::string_view event) const;

 private:
  DayToBegin day_of(const Entry& entry, CalendarDay day) const;

  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace fairrush::server
