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

bool rejects(const analysis::Assessment& assessment) {
  return std::ranges::any_of(assessment.fairness.tests, [](const analysis::TestResult& test) {
    return test.family == analysis::TestFamily::primary && test.rejected;
  });
}

/// Designs under which neither network nor arrival nor ticket matters.
bool is_blind(const std::string& design) {
  return design == "sealed-draw" || design == "blank-tickets" || design == "batch-draw";
}

constexpr std::uint64_t kRuns = 1'000;
/// Of a thousand families at a level of 10⁻³, more reject with probability 6 · 10⁻⁴.
constexpr std::uint64_t kRejectionsMax = 5;

class CleanRuns : public testing::TestWithParam<std::string> {};

TEST_P(CleanRuns, BreakNoInvariantAndSeemUnfairNoMoreOftenThanChanceHasIt) {
  std::uint64_t rejections = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    SimulatedRush rush(small_rush(seed), GetParam());
    const analysis::Assessment assessment = rush.assess(1, Recording::full);
    ASSERT_THAT(failures_of(assessment), testing::IsEmpty()) << "seed " << seed;
    if (rejects(assessment)) ++rejections;
  }
  if (is_blind(GetParam())) EXPECT_LE(rejections, kRejectionsMax);
}

/// A fault of the server's designs that statistics have to see.
class UnfairRuns : public testing::TestWithParam<std::string> {};

TEST_P(UnfairRuns, AreFoundBiased) {
  Scenario scenario = small_rush(23);
  scenario.users = 3'000;
  SimulatedRush rush(scenario, {.design = "sealed-draw", .fault = GetParam()}, {});
  const analysis::Assessment assessment = rush.assess(30, Recording::none);
  EXPECT_EQ(assessment.verdict, analysis::RunVerdict::biased) << assessment.verdict_reason;
}

INSTANTIATE_TEST_SUITE_P(EveryFault, UnfairRuns,
                         testing::Values("every-fifth-wins", "sticky-winners",
                                         "fast-cohort-favoured", "modulo-biased-shuffle"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

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
