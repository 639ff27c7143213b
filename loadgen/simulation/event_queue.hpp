#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "analysis/invariants/run_index.hpp"
#include "base/assert.hpp"

namespace fairrush::loadgen {

/// Events to come, in the order of their times, those of one instant as they were added. Time does
/// not go back: an event added before the last one taken comes at once.
///
/// A radix heap (Ahuja, Mehlhorn, Orlin and Tarjan 1990): an event waits among those whose time
/// differs from the last one's in the same highest bit, so that it is moved a few times with its
/// neighbours, where a binary heap would follow it over memory at every level. `Event` has a
/// member `at_ns` ≥ 0. One thread.
template <class Event>
class EventQueue {
 public:
  bool empty() const { return waiting_ == 0; }

  /// When the next one comes; kNever when there is none.
  std::int64_t next_ns() const { return empty() ? analysis::kNever : earliest_ns_[first_group()]; }

  void add(Event event) {
    event.at_ns = std::max(event.at_ns, last_ns_);
    put(event);
  }

  /// Takes the next one, of at least one. `touch` is called with few events that come soon, for
  /// caches to be warmed; O(bits of the time it waited), amortised.
  template <class Touch>
  Event take(Touch touch) {
    FAIRRUSH_ASSERT(!empty());
    if (const std::size_t first = first_group(); first > 0) {
      last_ns_ = earliest_ns_[first];
      moving_.swap(groups_[first]);
      waiting_ &= ~(std::uint64_t{1} << first);
      if (moving_.size() <= kFew) touch(std::span<const Event>(moving_));
      for (const Event& event : moving_) put(event);
      moving_.clear();
    }
    std::vector<Event>& now = groups_[0];
    const Event event = now[taken_++];
    if (taken_ == now.size()) {
      now.clear();
      taken_ = 0;
      waiting_ &= ~std::uint64_t{1};
    }
    return event;
  }

 private:
  static constexpr std::size_t kFew = 8;

  std::size_t first_group() const { return static_cast<std::size_t>(std::countr_zero(waiting_)); }

  void put(const Event& event) {
    const auto group = static_cast<std::size_t>(
        std::bit_width(static_cast<std::uint64_t>(event.at_ns ^ last_ns_)));
    const std::uint64_t bit = std::uint64_t{1} << group;
    const bool first = (waiting_ & bit) == 0;
    earliest_ns_[group] = first ? event.at_ns : std::min(earliest_ns_[group], event.at_ns);
    groups_[group].push_back(event);
    waiting_ |= bit;
  }

  std::array<std::vector<Event>, 64> groups_;  ///< by the highest bit that differs; [0]: none
  std::array<std::int64_t, 64> earliest_ns_{};
  std::vector<Event> moving_;
  std::uint64_t waiting_ = 0;  ///< bit g: groups_[g] holds events
  std::size_t taken_ = 0;      ///< of groups_[0]
  std::int64_t last_ns_ = 0;
};

}  // namespace fairrush::loadgen
