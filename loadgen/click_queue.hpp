#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "base/ids.hpp"
#include "loadgen/closed_loop.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// An attempt on its way: what was planned, and the network the user is on.
struct Click {
  PlannedAttempt planned;
  std::uint32_t delay_us = 0;  ///< emulated one-way delay
  CohortId cohort{};
  Persona persona{};
  Fate fate{};                ///< on that network; known to the queue, which sets it
  std::uint32_t pending = 0;  ///< the claim whose outcome is asked for (PendingClaims); 0: none

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
  ClickQueue(const Plan& plan, Shard shard);

  /// The next click that is due by `now_ns`; null when there is none. Valid until the next call of
  /// anything but `due`.
  const Click* due(std::int64_t now_ns);

  /// The next click, due or not; null after the last one.
  const Click* next() { return due(INT64_MAX); }

  /// Takes the click that `due` or `next` gave.
  void pop();

  /// A click that the plan does not hold.
  void add(Click click);

  /// A click that was taken has ended, as its user has seen at `seen_ns`: in a closed loop the next
  /// user clicks.
  void ended(const Click& click, std::int64_t seen_ns) {
    if (!loops_.empty()) pass_seat(click, seen_ns);
  }

  /// Whether a closed loop is under way: answers make clicks due at once.
  bool is_looping(std::int64_t now_ns) const {
    return std::ranges::any_of(loops_,
                               [now_ns](const auto& loop) { return loop.is_turning(now_ns); });
  }

  /// Somebody who waits for a seat in a closed loop and will not get one.
  struct LeftOver {
    Click click;
    bool turn_over = false;  ///< the time for clicks was over, and not just cut short
  };
  /// Unset after the last one. Nobody was let click from `end_ns` on who could have; only
  /// `left_over` may follow.
  std::optional<LeftOver> left_over(std::int64_t end_ns);

  /// No click can be due before this; unset when there is none, for the time being or at all.
  std::optional<std::int64_t> next_due_ns() const;

  /// Nothing is to come but what answers to clicks under way may lead to.
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
  void pass_seat(const Click& click, std::int64_t seen_ns);
  void seat(const PlannedAttempt& attempt);

  const Plan& plan_;
  Plan::Cursor cursor_;
  std::vector<ClosedLoop> loops_;  // of the phases that are closed: mostly none
  std::priority_queue<Waiting, std::vector<Waiting>, Later> waiting_;
  std::uint64_t taken_ = 0;
  std::int64_t last_due_ns_ = 0;
};

}  // namespace fairrush::loadgen
