#pragma once

#include <cstdint>
#include <optional>

#include "loadgen/phase_clicks.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// How many of `users` in a closed loop are this shard's: with at least as many users as shards,
/// every shard has one.
std::uint32_t seats_of(std::uint32_t users, Shard shard);

/// One shard's part of a phase that is a closed loop: so many users have a seat at once, and one
/// who has seen how their click ended, and thought, leaves it to the next. It holds no clicks and
/// watches no clock: whoever plays it says when a seat is free. One thread; valid as long as the
/// plan.
class ClosedLoop {
 public:
  /// `loop` is what `plan` has for the phase `op`.
  ClosedLoop(const Plan& plan, analysis::Op op, const Plan::Loop& loop, Shard shard);

  /// The click of who takes a seat that nobody has had yet, at the opening; unset when all are
  /// taken, or there is nobody left.
  std::optional<PlannedAttempt> first();

  /// The click of who follows a user that has seen at `seen_ns` how theirs ended; unset when there
  /// is nobody left, or the time for clicks is over by then.
  std::optional<PlannedAttempt> next(std::int64_t seen_ns);

  /// The click of somebody who never got a seat, dated by the end of the time for clicks; unset
  /// after the last one. Nobody comes any more after it has been called.
  std::optional<PlannedAttempt> left_over();

  /// Whether it is the one click for which its user has a seat.
  bool seats(const PlannedAttempt& attempt, Persona persona) const;

  /// Whether seats change hands at this time.
  bool is_turning(std::int64_t now_ns) const { return now_ns >= open_ns_ && now_ns < end_ns_; }
  bool is_over(std::int64_t now_ns) const { return now_ns >= end_ns_; }

 private:
  analysis::Op op_;
  std::int64_t think_ns_;
  std::int64_t open_ns_;
  std::int64_t end_ns_;
  std::uint32_t seats_left_;  ///< that nobody has had yet
  PhaseClicks clicks_;
};

}  // namespace fairrush::loadgen
