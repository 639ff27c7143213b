#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "analysis/run/facts_json.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/reading.hpp"

namespace fairrush::reports::testing {
namespace {

namespace json = boost::json;

json::value run_json_of(const SampleRun& run) {
  return json::parse(written_by("json", input_of(run)));
}

TEST(RunJson, SaysItsVersion) {
  EXPECT_EQ(run_json_of(proven_draw()).at("version"), analysis::kRunVersion);
}

TEST(RunJson, GivesTheFactsBackUnchanged) {
  const SampleRun run = first_come();
  const auto facts = analysis::facts_from_json(run_json_of(run).at("facts"));
  ASSERT_TRUE(facts) << facts.error();
  EXPECT_EQ(analysis::facts_to_json(*facts), analysis::facts_to_json(run.facts));
}

TEST(RunJson, HoldsEveryCheckWithItsEvidence) {
  const json::value run = run_json_of(violation());
  const json::array& checks = run.at("invariants").as_array();
  ASSERT_EQ(checks.size(), 12u);
  EXPECT_EQ(checks[3].at("id"), "I4");
  EXPECT_EQ(checks[3].at("verdict"), "fail");
  EXPECT_EQ(checks[3].at("examples").at(0).at("user"), 17);
  EXPECT_EQ(checks[3].at("examples").at(0).at("timeline").as_array().size(), 4u);
}

TEST(RunJson, CountsTheRoundsThatBrokeARule) {
  const json::value check = run_json_of(sticky_winners()).at("invariants").at(4);
  EXPECT_EQ(check.at("id"), "I5");
  EXPECT_EQ(check.at("rounds").at("unknown"), 1);
  EXPECT_EQ(check.at("rounds").at("held"), 2);
  EXPECT_EQ(check.at("rule"), "Every coupon that a user was told of stands in the ledger.");
}

TEST(RunJson, NamesTheUnitOfALatency) {
  const json::value run = run_json_of(proven_draw());
  const json::value& claim = run.at("latencies").at(1);
  EXPECT_EQ(claim.at("op"), "claim");
  EXPECT_NEAR(claim.at("from_intended").at("p50_ns").to_number<double>(), 16e6, 1e5);
  EXPECT_LT(claim.at("service").at("p99_ns").as_int64(),
            claim.at("from_intended").at("p99_ns").as_int64());
}

TEST(RunJson, TellsRoundsInWhichChanceDecidedFromAllOthers) {
  SampleRun run = fair_rounds();
  run.assessment.fairness.rounds_of_chance = 17;
  const json::value fairness = run_json_of(run).at("fairness");
  EXPECT_EQ(fairness.at("rounds"), 20);
  EXPECT_EQ(fairness.at("rounds_of_chance"), 17);
}

TEST(RunJson, SaysNullForWhatIsNotANumber) {
  const json::value run = run_json_of(empty_run());
  EXPECT_TRUE(run.at("fairness").at("rate_of_claimed").is_null());
  EXPECT_TRUE(run.at("claims_per_second_max").is_null());
}

TEST(RunJson, IsUtf8WhateverTheTargetAnswered) {
  SampleRun run = violation();
  run.assessment.invariants[3].examples[0].timeline = {"won \xff\xfe"};
  EXPECT_EQ(run_json_of(run).at("invariants").at(3).at("examples").at(0).at("timeline").at(0),
            "won \uFFFD\uFFFD");
}

}  // namespace
}  // namespace fairrush::reports::testing
