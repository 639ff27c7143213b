#pragma once

#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/options.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::cli {

/// What a command line changes in scenarios.
struct ScenarioChanges {
  std::optional<std::string> target;
  std::optional<std::string> users;
  std::optional<std::string> seed;
  std::optional<std::string> rounds;
  std::vector<std::string> set;
};

/// Adds --users, --seed, --rounds and --set.
void add_scenario_options(OptionTable& table, ScenarioChanges& changes);

/// Keys and values to override, those of --set first.
using Overrides = std::vector<std::pair<std::string, std::string>>;
std::expected<Overrides, std::vector<Problem>> overrides_of(const ScenarioChanges& changes);

/// All of them, or the problems of all of them.
std::expected<std::vector<loadgen::Scenario>, std::vector<Problem>> load_scenarios(
    const std::vector<std::string>& files, const Overrides& overrides);

}  // namespace fairrush::cli
