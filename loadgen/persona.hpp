#pragma once

#include <cstdint>
#include <optional>

#include "base/random/counter_random.hpp"
#include "base/units.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// What a persona does next once an attempt has its answer (or timed out): nothing, or another
/// attempt of the same claim, clicked `delay` after the answer was seen. Pure; any thread. Clicks
/// that do not wait for an answer are in the plan already.
struct FollowUp {
  Duration delay{};
  bool same_idempotency_key = false;
};
std::optional<FollowUp> follow_up(Persona persona, const PlannedAttempt& done);

}  // namespace fairrush::loadgen
