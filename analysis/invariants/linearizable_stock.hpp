#pragma once

#include <cstdint>

#include "analysis/invariants/run_index.hpp"
#include "analysis/verdict.hpp"

namespace fairrush::analysis {

/// Whether claims on one stock could have happened one after another, each at a moment between its
/// sending and its answer: a claim takes a unit while one is left, and is told "sold out" when none
/// is. Every claim is of another user. Decided in O(1) from a few counts that are gathered in O(n).
/// Linearizability is that of Herlihy and Wing (1990).
class LinearizableStock {
 public:
  /// `first_loss_answered_ns` is the earliest answer "sold out"; kNever when there was none.
  explicit LinearizableStock(std::int64_t first_loss_answered_ns)
      : first_loss_answered_ns_(first_loss_answered_ns) {}

  /// A claim that took a unit and was sent at `sent_ns`; kAlways when nobody knows when.
  void add_win(std::int64_t sent_ns) { ++(is_late(sent_ns) ? late_wins_ : early_wins_); }
  /// A claim that may have taken a unit.
  void add_open(std::int64_t sent_ns) { ++(is_late(sent_ns) ? late_open_ : early_open_); }

  std::uint64_t wins() const { return early_wins_ + late_wins_; }
  std::uint64_t open() const { return early_open_ + late_open_; }
  /// Wins sent after somebody had been told "sold out".
  std::uint64_t late_wins() const { return late_wins_; }
  std::uint64_t late_open() const { return late_open_; }

  /// Passes when it is linearizable whichever open claims took a unit and whatever C is of
  /// `coupons`; fails when it never is. The `released` units were taken and given up for good: as
  /// nobody knows when, each may explain one loss told early, and what only they explain is
  /// unknown. They never came back, so they explain no win sent late.
  CheckVerdict verdict(CountRange coupons, std::uint64_t released) const;

 private:
  bool lost() const { return first_loss_answered_ns_ != kNever; }
  bool is_late(std::int64_t sent_ns) const { return sent_ns > first_loss_answered_ns_; }
  bool possible(CountRange coupons, std::uint64_t released) const;
  bool certain(CountRange coupons, std::uint64_t released) const;

  std::int64_t first_loss_answered_ns_;
  std::uint64_t early_wins_ = 0;
  std::uint64_t late_wins_ = 0;
  std::uint64_t early_open_ = 0;
  std::uint64_t late_open_ = 0;
};

}  // namespace fairrush::analysis
