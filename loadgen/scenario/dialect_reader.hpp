#pragma once

#include <vector>

#include "base/options.hpp"
#include "loadgen/dialect/dialect.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// The dialect that a scenario's keys target.* make, the reference server's wherever they say
/// nothing. What is wrong is added to `problems`, named by key; reads the feeder's file.
Dialect read_dialect(const Scenario& scenario, std::vector<Problem>& problems);

}  // namespace fairrush::loadgen
