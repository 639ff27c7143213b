#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "server/ledger/record.hpp"

namespace fairrush::server {

/// What an event is called where a ledger's numbers mean nothing.
struct EventLabel {
  std::string name;
  std::string life;  ///< sixteen hexadecimal characters, others after each reset
};

/// The label of an event as it begins. The life follows from a secret of the event and tells
/// nothing of it.
EventLabel label_of(const EventCreated& event);

/// Names of the events of a ledger, both ways. One thread.
class EventDirectory {
 public:
  /// An event begins, or begins anew.
  void begin(const EventCreated& event);

  /// The label of an event that has begun, or null; valid until it begins anew.
  const EventLabel* find(EventId event) const;
  /// The event of that name, or nothing.
  std::optional<EventId> find(std::string_view name) const;
  /// Whether an event lived that life before its present one, as far as this process saw it.
  bool is_over(const EventLabel& label) const;

 private:
  std::map<EventId, EventLabel> labels_;
  std::map<std::string, EventId, std::less<>> ids_;
  std::set<std::string, std::less<>> over_;  ///< lives; a few bytes a reset
};

}  // namespace fairrush::server
