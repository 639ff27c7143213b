#pragma once

#include <string>

#include "base/options.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// The one table of everything a scenario can say: dotted key, default, range, help. Binds to
/// `scenario`, which must outlive the table and holds the defaults.
OptionTable scenario_keys(Scenario& scenario);

/// TOML text of every key with the value in force; `load_scenario` reads it back to the same
/// scenario.
std::string format_scenario(const OptionTable& keys);

/// What single keys cannot see: shares that do not add up, names given twice, and the like.
std::vector<Problem> contradictions(const Scenario& scenario);

}  // namespace fairrush::loadgen
