#pragma once

#include <boost/container/static_vector.hpp>
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

/// From the close of the rush until a user whose claim stayed open looks into the wallet: until
/// then queues behind the claim may still move.
inline constexpr Duration kSettled = std::chrono::milliseconds(500);

/// A click that a win leads to, `delay` after the user has seen it. Its keys are its own.
struct WinnerClick {
  analysis::Op op = analysis::Op::status;
  std::uint8_t try_number = 0;
  Duration delay{};
};

using WinnerClicks = boost::container::static_vector<WinnerClick, 3>;

/// What a user does with their first win, in the order of the delays. The second redemption comes
/// so soon that the first may still be under way. Pure; any thread.
WinnerClicks winner_clicks(const Population& population, UserIndex user);

}  // namespace fairrush::loadgen
