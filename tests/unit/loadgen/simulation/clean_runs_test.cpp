// The verifier must find nothing where there is nothing: clean rushes under every hardened design.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "loadgen/scenario/keys.hpp"
#include "server/designs/designs.hpp"
#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::uint32_t kUsers = 250;

Scenario small_rush(std::uint64_t seed) {
  Scenario scenario = sample_of_every_persona();
  scenario.users = kUsers;
  scenario.seed = seed;
  scenario.arrivals.pattern.mean = std::chrono::milliseconds(500);
  scenario.winners.redeem = Share{0.5};
  return scenario;
}

std::vector<std::string> failures_of(const analysis::RoundAssessment& round) {
  std::vector<std::string> failed;
  for (const analysis::CheckResult& check : round.invariants) {
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

class CleanRuns : public testing::TestWithParam<std::string> {};

TEST_P(CleanRuns, BreakNoInvariant) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SimulatedRush rush(small_rush(seed), GetParam());
    analysis::RunFacts facts = rush.facts(1);
    SimulatedRound round = rush.simulator.play(0, Recording::full);
    facts.rounds.front() = round.facts;
    ASSERT_THAT(failures_of(assess_simulated(facts, round)), testing::IsEmpty()) << seed;
  }
}

/// A clean round on networks that lose something.
analysis::RoundAssessment lossy_round(std::uint64_t seed, const std::string& design,
                                      const Losses& losses) {
  Scenario scenario = small_rush(seed);
  for (Cohort& cohort : scenario.cohorts) cohort.losses = losses;
  SimulatedRush rush(scenario, design);
  analysis::RunFacts facts = rush.facts(1);
  SimulatedRound round = rush.simulator.play(0, Recording::full);
  facts.rounds.front() = round.facts;
  return assess_simulated(facts, round);
}

TEST_P(CleanRuns, LeaveNothingOpenWhereNetworksLoseRequests) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto round = lossy_round(seed, GetParam(), {.requests = Share{0.05}, .answers = {}});
    ASSERT_THAT(failures_of(round), testing::IsEmpty()) << seed;
  }
}

TEST_P(CleanRuns, BreakNoInvariantWhereNetworksLoseAnswers) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto round = lossy_round(seed, GetParam(), {Share{0.05}, Share{0.05}});
    for (const analysis::CheckResult& check : round.invariants) {
      ASSERT_NE(check.verdict, analysis::CheckVerdict::fail)
          << seed << ": " << check.id << ' ' << check.finding;
    }
  }
}

/// Of this many families at a level of 10⁻³, more reject with a probability below 10⁻³.
std::uint64_t rejections_max(std::uint64_t runs) {
  return runs <= 100 ? 2 : 5;
}

/// FAIRRUSH_CLEAN_RUNS=1000 for the long proof: statistics take far longer than the rounds.
std::uint64_t clean_runs() {
  const char* const runs = std::getenv("FAIRRUSH_CLEAN_RUNS");
  return runs == nullptr ? 50 : std::strtoull(runs, nullptr, 10);
}

/// Under these designs neither network nor arrival nor ticket matters.
class BlindDesigns : public testing::TestWithParam<std::string> {};

TEST_P(BlindDesigns, SeemUnfairNoMoreOftenThanChanceHasIt) {
  std::uint64_t rejections = 0;
  for (std::uint64_t seed = 1; seed <= clean_runs(); ++seed) {
    SimulatedRush rush(small_rush(seed), GetParam());
    if (rejects(rush.assess(1, Recording::none))) ++rejections;
  }
  EXPECT_LE(rejections, rejections_max(clean_runs()));
}

std::string test_name(const testing::TestParamInfo<std::string>& instance) {
  std::string name = instance.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Designs, BlindDesigns,
                         testing::Values("sealed-draw", "blank-tickets", "batch-draw"), test_name);

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
                         test_name);

std::vector<std::string> design_names() {
  std::vector<std::string> names;
  for (const server::DesignRow& row : server::designs()) names.emplace_back(row.name);
  return names;
}

TEST(Designs, OfTheServerAreThoseThatAScenarioCanName) {
  Scenario scenario;
  const OptionTable keys = scenario_keys(scenario);
  const auto key = std::ranges::find(keys.rows(), "target.builtin.design",
                                     [](const OptionTable::Row& row) { return row.info.name; });
  ASSERT_NE(key, keys.rows().end());
  // A scenario names those as well that run on other stores than memory only.
  for (const auto& name : design_names()) {
    EXPECT_NE(key->accepted.find(name), std::string::npos) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryDesign, CleanRuns, testing::ValuesIn(design_names()), test_name);

}  // namespace
}  // namespace fairrush::loadgen
