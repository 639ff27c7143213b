#include "server/schedule/daily_events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kSuffix = 9;  // "-20240424"

/// The name of a rule and the day in "rush-20240424"; unset when it is no such name.
struct DayName {
  std::string_view rule;
  CalendarDay day;
};
std::optional<DayName> parse_day_name(std::string_view event) {
  if (event.size() <= kSuffix || event[event.size() - kSuffix] != '-') return std::nullopt;
  const std::string_view digits = event.substr(event.size() - kSuffix + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(number / 10000)),
                                         std::chrono::month(number / 100 % 100),
                                         std::chrono::day(number % 100));
  if (!date.ok()) return std::nullopt;
  return DayName{event.substr(0, event.size() - kSuffix), CalendarDay(date)};
}

}  // namespace

DailyEvents::Entry& DailyEvents::add(Entry entry) {
  const std::string name = entry.spec.name;
  const auto [place, added] = entries_.emplace(name, std::move(entry));
  FAIRRUSH_ASSERT(added);
  return place->second;
}

DailyEvents::Entry* DailyEvents::find(std::string_view name) {
  const auto found = entries_.find(name);
  return found == entries_.end() ? nullptr : &found->second;
}

bool DailyEvents::is_name(std::string_view name) {
  return is_event_name(std::string(name) + std::string(kSuffix, '0'));
}

void DailyEvents::note(std::string_view event) {
  const auto name = parse_day_name(event);
  if (!name) return;
  if (Entry* const entry = find(name->rule)) entry->begun.insert(name->day);
}

std::optional<DayToBegin> DailyEvents::due(Entry& entry, WallTime now) const {
  if (entry.ended) return std::nullopt;
  const CalendarDay day = entry.rule.day_at(now);
  if (entry.begun.contains(day) || now >= entry.rule.windows_of(day).claim_close) {
    return std::nullopt;
  }
  return day_of(entry, day);
}

DayToBegin DailyEvents::first(Entry& entry, WallTime now) const {
  if (auto today = due(entry, now)) return std::move(*today);
  return day_of(entry, entry.rule.day_at(now) + std::chrono::days(1));
}

std::vector<DayToBegin> DailyEvents::due(WallTime now) {
  std::vector<DayToBegin> days;
  for (auto& [name, entry] : entries_) {
    if (auto day = due(entry, now)) days.push_back(std::move(*day));
  }
  return days;
}

DayToBegin DailyEvents::day_of(const Entry& entry, CalendarDay day) const {
  DayToBegin result{entry.spec, {}};
  result.spec.name = fmt::format("{}-{}", entry.spec.name, text_of(day));
  result.spec.windows = entry.rule.windows_of(day);
  result.key = "daily/" + text_of(day);
  return result;
}

std::string DailyEvents::resolve(std::string_view name, WallTime now) {
  Entry* const entry = find(name);
  if (entry == nullptr || entry->begun.empty()) return std::string(name);
  const CalendarDay today = entry->rule.day_at(now);
  auto after = entry->begun.upper_bound(today);
  if (after != entry->begun.begin()) --after;  // else none but days to come: the first of them
  return fmt::format("{}-{}", name, text_of(*after));
}

const DailyEvents::Entry* DailyEvents::entry_of(std::string_view event) const {
  const auto name = parse_day_name(event);
  if (!name) return nullptr;
  const auto found = entries_.find(name->rule);
  return found != entries_.end() && found->second.begun.contains(name->day) ? &found->second
                                                                            : nullptr;
}

}  // namespace fairrush::server
