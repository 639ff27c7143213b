#include "cli/scenario_files.hpp"

#include <fmt/core.h>

namespace fairrush::cli {

void add_scenario_options(OptionTable& table, ScenarioChanges& changes) {
  table.add({"users", "N", "Number of users, instead of the scenario's"}, changes.users);
  table.add({"seed", "S", "Seed of the plan, instead of the scenario's"}, changes.seed);
  table.add({"rounds", "R", "How often the event takes place, for the same users"}, changes.rounds);
  table.add({"set", "KEY=VALUE", "Any key of the scenario; may be given several times"},
            changes.set);
}

std::expected<Overrides, std::vector<Problem>> overrides_of(const ScenarioChanges& changes) {
  Overrides overrides;
  std::vector<Problem> problems;
  for (const std::string& text : changes.set) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      problems.push_back({"--set", fmt::format("'{}' is not accepted: expected KEY=VALUE", text)});
      continue;
    }
    overrides.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  if (changes.target) overrides.emplace_back("target.url", *changes.target);
  if (changes.users) overrides.emplace_back("population.users", *changes.users);
  if (changes.seed) overrides.emplace_back("population.seed", *changes.seed);
  if (changes.rounds) overrides.emplace_back("event.rounds", *changes.rounds);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return overrides;
}

std::expected<std::vector<loadgen::Scenario>, std::vector<Problem>> load_scenarios(
    const std::vector<std::string>& files, const Overrides& overrides) {
  std::vector<loadgen::Scenario> scenarios;
  std::vector<Problem> problems;
  for (const std::string& file : files) {
    auto scenario = loadgen::load_scenario(file, overrides);
    if (scenario) {
      scenarios.push_back(std::move(*scenario));
    } else {
      problems.insert(problems.end(), scenario.error().begin(), scenario.error().end());
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return scenarios;
}

}  // namespace fairrush::cli
