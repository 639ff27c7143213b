#include "loadgen/closed_loop.hpp"

namespace fairrush::loadgen {

std::uint32_t seats_of(std::uint32_t users, Shard shard) {
  // Seats are dealt as users are: to the shard whose index is their number's rest.
  return users / shard.count + (shard.index < users % shard.count ? 1 : 0);
}

ClosedLoop::ClosedLoop(const Plan& plan, analysis::Op op, const Plan::Loop& loop, Shard shard)
    : op_(op),
      think_ns_(loop.think.count()),
      open_ns_(loop.clicks.open_ns),
      end_ns_(loop.clicks.close_ns),
      seats_left_(seats_of(loop.users, shard)),
      clicks_(plan, op, shard) {}

std::optional<PlannedAttempt> ClosedLoop::first() {
  if (seats_left_ == 0) return std::nullopt;
  --seats_left_;
  return clicks_.next();
}

std::optional<PlannedAttempt> ClosedLoop::next(std::int64_t seen_ns) {
  const std::int64_t click_ns = seen_ns + think_ns_;
  if (click_ns >= end_ns_) return std::nullopt;
  auto attempt = clicks_.next();
  if (attempt) attempt->intended_ns = click_ns;
  return attempt;
}

std::optional<PlannedAttempt> ClosedLoop::left_over() {
  seats_left_ = 0;
  auto attempt = clicks_.next();
  if (attempt) attempt->intended_ns = end_ns_;
  return attempt;
}

bool ClosedLoop::seats(const PlannedAttempt& attempt, Persona persona) const {
  if (attempt.op != op_) return false;
  if (op_ == analysis::Op::claim) return Plan::try_in_stream(persona) == attempt.try_number;
  return attempt.try_number == 0;
}

}  // namespace fairrush::loadgen
