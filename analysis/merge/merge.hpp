#pragma once

#include <expected>
#include <string>
#include <vector>

#include "analysis/merge/combine.hpp"
#include "analysis/run/directory.hpp"

namespace fairrush::analysis {

/// Makes one run of the shards in `directories` and writes it to `out`, an existing empty
/// directory: history.bin with the attempts of all, the evidence and scenario of shard 1, and
/// run.json. What is there of a shard that was killed is taken too. Histories are mapped and copied
/// a block at a time, so that memory does not grow with them. Errors as in `combine`, and: a file
/// that cannot be read or written, an attempt that is not the shard's.
std::expected<RunFacts, std::vector<std::string>> merge_runs(
    const std::vector<RunDirectory>& directories, const RunDirectory& out,
    Completeness completeness);

/// How many of a shard's reservations were refused because the user had one, though no attempt of
/// the shard could have made it: another process plays the same users.
std::uint64_t foreign_clicks(const History& history);

}  // namespace fairrush::analysis
