#pragma once

#include <expected>
#include <string>
#include <vector>

#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// One shard as `combine` takes it in.
struct ShardRun {
  std::string name;  ///< of its directory, for messages
  RunFacts facts;
};

/// Whether a run may be merged without all of its shards.
enum class Completeness : std::uint8_t {
  whole,    ///< every shard, each played to its end
  partial,  ///< what there is of them; the run then says what is missing, and is not known
};

/// Number and count of the shard that a run is.
const ShardFacts& shard_of(const RunFacts& facts);

/// The facts of the run whose shards these are; they stand in the order of their numbers
/// afterwards. Errors, all at once, name the shard and what does not fit: no shard of a run,
/// another scenario, seed, version, event or start, another number of shards, one given twice, one
/// missing.
std::expected<RunFacts, std::vector<std::string>> combine(std::vector<ShardRun>& shards,
                                                          Completeness completeness);

}  // namespace fairrush::analysis
