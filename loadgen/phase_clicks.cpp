#include "loadgen/phase_clicks.hpp"

#include "base/assert.hpp"

namespace fairrush::loadgen {

using analysis::Op;

PhaseClicks::PhaseClicks(const Plan& plan, Op op, Shard shard)
    : plan_(plan),
      op_(op),
      shard_(shard),
      clicks_(op == Op::reserve ? plan.reservation_clicks() : plan.rush_clicks()) {
  FAIRRUSH_ASSERT(op == Op::reserve || op == Op::claim);
  FAIRRUSH_ASSERT(shard.count > 0 && shard.index < shard.count);
}

/// The try of a user's click in this phase; unset: there is none.
std::optional<std::uint8_t> PhaseClicks::try_of(UserIndex user) const {
  const Population& population = plan_.population();
  if (op_ == Op::claim) {
    if (!population.claims(user)) return std::nullopt;
    return Plan::try_in_stream(population.persona_of(user));
  }
  if (!population.reserves(user)) return std::nullopt;
  return 0;
}

std::optional<PlannedAttempt> PhaseClicks::next() {
  while (const auto click = clicks_.next()) {
    if (click->user.value() % shard_.count != shard_.index) continue;
    const auto try_number = try_of(click->user);
    if (!try_number) continue;
    return PlannedAttempt{.intended_ns = click->intended_ns,
                          .user = click->user,
                          .op = op_,
                          .try_number = *try_number,
                          .idempotency = plan_.idempotency_key(click->user, op_, *try_number)};
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
