// The verifier must find nothing where there is nothing: clean rushes under every hardened design.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/designs/designs.hpp"
#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::uint32_t kUsers = 250;

Scenario small_rush(std::uint64_t seed) {
  Scenario scenario = sample_scenario();
  scenario.users = kUsers;
  scenario.seed = seed;
  scenario.arrivals_mean = std::chrono::milliseconds(500);
  scenario.winners.redeem = Share{0.5};
  return scenario;
}

std::vector<std::string> failures_of(const analysis::Assessment& assessment) {
  std::vector<std::string> failed;
  for (const analysis::CheckResult& check : assessment.invariants) {
    const bool open = check.verdict == analysis::CheckVerdict::fail ||
                      check.verdict == analysis::CheckVerdict::unknown;
    if (open) failed.push_back(fmt::format("{} {}: {}", check.id, check.name, check.finding));
  }
  return failed;
}

class CleanRuns : public testing::TestWithParam<std::string> {};

TEST_P(CleanRuns, BreakNoInvariant) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SimulatedRush rush(small_rush(seed), GetParam());
    const analysis::Assessment assessment = rush.assess(1, Recording::full);
    ASSERT_THAT(failures_of(assessment), testing::IsEmpty()) << "seed " << seed;
  }
}

std::vector<std::string> design_names() {
  std::vector<std::string> names;
  for (const server::DesignRow& row : server::designs()) names.emplace_back(row.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(EveryDesign, CleanRuns, testing::ValuesIn(design_names()),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace fairrush::loadgen
