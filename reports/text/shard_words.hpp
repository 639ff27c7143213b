#pragma once

#include <string>
#include <vector>

#include "analysis/run/facts.hpp"

namespace fairrush::reports {

/// One shard as a table shows it. A shard that is missing has its number, and "missing" for what it
/// crossed.
struct ShardWords {
  std::string number;  ///< "3"
  std::string machine;
  std::string sent;  ///< clicks that left
  std::string lag_p50;
  std::string lag_p99;  ///< both in ms
  std::string cpu;      ///< of its threads
  std::string clock_error;
  std::string crossed;  ///< the bars it crossed by name, or why it is cut short; empty: none
  bool gates = false;   ///< because of that the run is not valid or not whole
};

/// All shards in their order, the missing ones too; empty for a run that one instrument played.
std::vector<ShardWords> describe_shards(const analysis::RunFacts& facts);

/// "4 of 4, worst lag p99 1.92 ms", and what each crossed; empty for a run without shards.
std::string shards_text(const analysis::RunFacts& facts);

}  // namespace fairrush::reports
