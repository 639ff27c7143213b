#pragma once

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "base/ids.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// An attempt on its way: what was planned, and the network the user is on.
struct Click {
  PlannedAttempt planned;
  std::uint32_t delay_us = 0;  ///< emulated one-way delay
  CohortId cohort{};
  Persona persona{};
  Fate fate{};  ///< on that network; known to the queue, which sets it

  /// When the request is to leave the instrument.
  std::int64_t due_ns() const { return planned.intended_ns + delay_ns(); }
  std::int64_t delay_ns() const { return static_cast<std::int64_t>(delay_us) * 1000; }
};

/// One shard's clicks in the order in which their requests are due, those that follow from answers
/// among them. Takes from the plan only what it must to know which is next: a backlog of any length
/// costs no memory. Clicks due at one instant keep the plan's order. One thread.
class ClickQueue {
 public:
  /// `plan` outlives the queue.
  ClickQueue(const Plan& plan, Shard shard) : plan_(plan), cursor_(plan.cursor(shard)) {}

  /// The next click that is due by `now_ns`; null when there is none. Valid until the next call of
  /// anything but `due`.
  const Click* due(std::int64_t now_ns);

  /// The next click, due or not; null after the last one.
  const Click* next() { return due(INT64_MAX); }

  /// Takes the click that `due` or `next` gave.
  void pop();

  /// A click that the plan does not hold.
  void add(Click click);

  /// No click can be due before this; unset after the last one.
  std::optional<std::int64_t> next_due_ns() const;

  bool empty() const { return cursor_.peek() == nullptr && waiting_.empty(); }

  /// The latest due time of any click that was taken from the plan or added so far.
  std::int64_t last_due_ns() const { return last_due_ns_; }

 private:
  struct Waiting {
    Click click;
    std::uint64_t order;
  };
  struct Later {
    bool operator()(const Waiting& a, const Waiting& b) const {
      const std::int64_t a_due = a.click.due_ns(), b_due = b.click.due_ns();
      return a_due != b_due ? a_due > b_due : a.order > b.order;
    }
  };

  Click click_of(const PlannedAttempt& planned) const;

  const Plan& plan_;
  Plan::Cursor cursor_;
  std::priority_queue<Waiting, std::vector<Waiting>, Later> waiting_;
  std::uint64_t taken_ = 0;
  std::int64_t last_due_ns_ = 0;
};

}  // namespace fairrush::loadgen
