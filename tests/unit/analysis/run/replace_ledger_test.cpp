#include "analysis/run/replace_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

using testing::HasSubstr;

/// A run whose first round came with one row and the note that its ledger is missing.
std::unique_ptr<BuiltRun> run_of(std::size_t rounds) {
  auto run = RunBuilder().build();
  RunEvidence& evidence = run->evidence;
  evidence.facts.rounds.resize(rounds);
  evidence.facts.rounds.front().ledger_missing = "the target was gone";
  evidence.rounds.resize(rounds);
  evidence.rounds.front().ledger = Ledger{{UserIndex(1), "old"}};
  return run;
}

TEST(ReplaceLedger, GivesEveryRoundItsRowsAndMissesNone) {
  const auto run = run_of(2);
  RunEvidence& evidence = run->evidence;
  const auto replaced = replace_ledger(
      evidence, {{UserIndex(5), "A", 1}, {UserIndex(6), "B"}, {UserIndex(7), "C", 1}});
  ASSERT_TRUE(replaced) << replaced.error();
  EXPECT_EQ(evidence.rounds[0].ledger->size(), 1U);
  EXPECT_EQ(evidence.rounds[0].ledger->front().coupon, "B");
  EXPECT_EQ(evidence.rounds[1].ledger->size(), 2U);
  EXPECT_FALSE(evidence.facts.rounds[0].ledger_missing);
}

TEST(ReplaceLedger, TakesAnEmptyLedgerForOne) {
  const auto run = run_of(2);
  RunEvidence& evidence = run->evidence;
  ASSERT_TRUE(replace_ledger(evidence, {}));
  EXPECT_TRUE(evidence.rounds[0].ledger->empty());
  EXPECT_TRUE(evidence.rounds[1].ledger->empty());
}

TEST(ReplaceLedger, RefusesRowsThatAreNotOfTheRunAndLeavesItAsItWas) {
  const auto run = run_of(2);
  RunEvidence& evidence = run->evidence;
  EXPECT_THAT(replace_ledger(evidence, {{UserIndex(5), "A", 2}}).error(),
              HasSubstr("a row of user 5 in round 2, but the run has 2 rounds"));
  EXPECT_THAT(replace_ledger(evidence, {{UserIndex(5), "A"}}).error(),
              HasSubstr("expected a column round"));
  EXPECT_EQ(evidence.rounds[0].ledger->front().coupon, "old");
  EXPECT_TRUE(evidence.facts.rounds[0].ledger_missing);
}

}  // namespace
}  // namespace fairrush::analysis
