#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/figures/burst_spread.hpp"
#include "analysis/figures/plan_fit.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// Whose part of the run a figure is about.
enum class BarSubject : std::uint8_t { instrument, machine, target };

/// One figure that the instrument knows about itself, and how much of it a run may have
/// (docs/decisions/0017).
struct InstrumentBar {
  BarSubject subject{};
  std::string what;      ///< "Clicks sent late, p99"
  std::string measured;  ///< "1.9ms"; empty: nobody measured it
  std::string limit;     ///< "at most 50ms"; empty: shown for what it is worth
  bool gates = false;    ///< a run beyond it is not valid; else it is only told
  bool held = true;
  std::string broken;  ///< what to say beyond it: a clause that names who is at fault
};

/// All of them, in the order in which they are shown; `burst` is what became of the claims on their
/// way, unset where nobody knows. Of a run of several shards the figures are those of all together,
/// and a bar is held if every shard held it: among many, one that stalled would hide. Pure.
std::vector<InstrumentBar> instrument_bars(const RunFacts& facts,
                                           const std::optional<BurstSpread>& burst);

/// Those of one shard by itself, without the burst, which all shards send together. Pure.
std::vector<InstrumentBar> bars_of_shard(const RunFacts& facts, const ShardFacts& shard);

/// Whether the instrument itself can have brought the clicks of this phase so far off the plan: by
/// its own lateness or by what it never sent. Else they waited for connections.
bool may_be_to_blame(const InstrumentFacts& instrument, const PlanFit& fit);

/// CPU time of the instrument against that of its threads, 0 … 1.
double cpu_share(const InstrumentFacts& instrument);

}  // namespace fairrush::analysis
