#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "cli/scenario_files.hpp"
#include "cli/simulate/simulation.hpp"
#include "cli/verdict_output.hpp"

namespace fairrush::cli {

/// What `fairrush simulate` was asked for.
struct SimulateOptions {
  ScenarioChanges changes;
  std::vector<std::string> designs;  ///< empty: each scenario's own
  SimulatedService service;          ///< without its design
  SimulationSettings settings;
  unsigned threads = 0;  ///< 0: one a core
  std::optional<std::string> out;
  OutputOptions output;
};

/// The command's options. `options` must outlive the table.
OptionTable simulate_option_table(SimulateOptions& options);

/// Scenarios times designs, or every problem of either.
std::expected<std::vector<SimulationCase>, std::vector<Problem>> simulation_cases(
    const SimulateOptions& options, const std::vector<std::string>& files);

}  // namespace fairrush::cli
