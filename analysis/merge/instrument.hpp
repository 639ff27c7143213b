#pragma once

#include <vector>

#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// Of all shards together: their sums, the quantiles of all lags, and the greatest of any shard
/// where it is a share, an error, another delay's quantile or counted for a whole host. The
/// self-test is that of the shard which knows least of itself: unset where one made none.
InstrumentFacts combined_instrument(const std::vector<ShardFacts>& shards);

}  // namespace fairrush::analysis
