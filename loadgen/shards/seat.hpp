#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/shards/group.hpp"

namespace fairrush::loadgen {

/// Which shard of a run to play, and how it comes to begin together with the others.
struct ShardSeat {
  Shard shard;
  /// When the run's epoch is, on the target's clock and on a whole millisecond: for shards that
  /// cannot talk. Unset with a group.
  std::optional<WallTime> start_at;
  ShardGroup* group = nullptr;  ///< outlives the run
};

/// Reads "i/n", 1 ≤ i ≤ n ≤ `analysis::kShardsMax`. The error says what is accepted.
std::expected<Shard, std::string> parse_shard(std::string_view text);

/// Reads a `calendar_time` or Unix seconds, on a whole millisecond. The error says what is
/// accepted.
std::expected<WallTime, std::string> parse_start(std::string_view text);

/// Why a shard does not begin when it is `late` after the start; negative: that long before it.
std::string too_late(Duration late);

/// The scenario as one shard plays it: of what a run shares out, connections and their openings,
/// its part. The plan does not depend on either.
Scenario part_of(const Scenario& scenario, Shard shard);

/// Why the users in a closed loop are too few for so many shards: a shard without a seat in it
/// could not let its users click. Unset: they are not, or there is no loop.
std::optional<std::string> unseated(const Scenario& scenario, Shard shard);

/// From the start of one round to that of the next for shards that cannot talk: the round, all that
/// can follow from its last click, and the time that the target is granted to come to rest.
Duration round_step(const Scenario& scenario);

/// No attempt of any shard is under way this long after a rush has closed.
Duration last_answer_after_close(const Scenario& scenario);

}  // namespace fairrush::loadgen
