#pragma once

#include <set>
#include <string>
#include <string_view>

#include "analysis/run/facts.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// The facts that follow from the scenario alone, without those of its rounds. Pure but for the
/// version and the machine.
analysis::RunFacts describe_run(const Scenario& scenario);

/// What a shard is from the start.
analysis::ShardFacts describe_shard(Shard shard, const std::string& machine);

/// How the requests will go out.
analysis::WiringFacts describe_wiring(const Wiring& wiring, const Scenario& scenario);

/// How a design says it decides; unknown for one this program does not know.
analysis::Allocation allocation_of(std::string_view design);

/// What the run can be expected to show, given who is in the population. O(users).
std::set<analysis::Sighting> attempted_sightings(const Scenario& scenario, const Plan& plan,
                                                 analysis::Allocation allocation);

/// "<scenario>-<seed>", with what a URL path does not take replaced.
std::string event_id(const Scenario& scenario);

}  // namespace fairrush::loadgen
