#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

TEST(NoOversell, PassesWhenExactlyTheQuotaIsIssued) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").loser(3);
  const CheckResult result = run.check("I1");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(result.finding, "2 coupons to give, 2 acknowledged, 2 in the ledger");
}

TEST(NoOversell, FailsOnOneCouponTooManyAndShowsWhoCameTooLate) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").winner(3, "C");
  const CheckResult result = run.check("I1");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(3));
}

TEST(NoOversell, FailsOnTheLedgerAloneAndOnAcknowledgementsAlone) {
  RunBuilder ledger_only;
  ledger_only.winner(1, "A").winner(2, "B").add(reserved(3)).issued(3, "C");
  EXPECT_EQ(ledger_only.verdict("I1"), CheckVerdict::fail);
  RunBuilder acknowledged_only;
  acknowledged_only.winner(1, "A").winner(2, "B").add(claim(3).wins("C"));
  EXPECT_EQ(acknowledged_only.verdict("I1"), CheckVerdict::fail);
}

TEST(NoOversell, WithoutLedgerIsUnknownWhenAnUnansweredClaimCouldBeOneTooMany) {
  RunBuilder run;
  run.facts.rounds.front().ledger_missing = "none";
  run.add(claim(1).wins("A")).add(claim(2).wins("B")).add(claim(3).unanswered());
  const CheckResult result = run.check("I1");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(3));
}

TEST(NoOversell, WithoutLedgerPassesWhenEvenEveryUnansweredClaimFits) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(3).unanswered());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
}

TEST(NoOversell, TakesTheLedgersWordForUnansweredClaims) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").add(claim(3).unanswered());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
  run.issued(3, "C");
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::fail);
}

TEST(NoOversell, CountsARepeatedAcknowledgementOnce) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").add(claim(1).retry(1).wins("A"));
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
}

TEST(NoOversell, IsUnknownWhenAnUnansweredReservationDecidesTheQuota) {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.5}, .count = {}};
  run.winner(1, "A").winner(2, "B").loser(3).add(reserve(4).unanswered());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);  // C is 1 of 3 or 2 of 4
  run.facts.rounds.front().announced_roster = 4;
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
  run.facts.rounds.front().announced_roster = 3;
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::fail);
}

TEST(NoUnderIssue, PassesWhenSoldOutWasTrue) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").loser(3);
  EXPECT_EQ(run.verdict("I2"), CheckVerdict::pass);
}

TEST(NoUnderIssue, FailsWhenSoldOutWasToldWithStockLeft) {
  RunBuilder run;
  run.winner(1, "A").loser(3);
  const CheckResult result = run.check("I2");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding, "\"sold out\" was answered 1 times; 1 of 2 coupons were issued");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(3));
}

TEST(NoUnderIssue, IsNotApplicableWhenNobodyWasToldSoldOut) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).loses(Reason::not_drawn));
  EXPECT_EQ(run.verdict("I2"), CheckVerdict::not_applicable);
}

TEST(NoUnderIssue, WithoutLedgerIsUnknownWhenUnansweredClaimsCouldFillTheGap) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(2).unanswered()).add(claim(3).loses());
  EXPECT_EQ(run.verdict("I2"), CheckVerdict::unknown);
  run.facts.quota.count = 3;  // one more than even the unanswered claim can explain
  EXPECT_EQ(run.verdict("I2"), CheckVerdict::fail);
}

TEST(NoUnderIssue, IsUnknownInACutHistoryWithoutLedgerForWinsMayBeLost) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(3).loses());
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I2"), CheckVerdict::unknown);
}

TEST(NoOversell, IsUnknownInACutHistoryForALostReservationMayHaveEarnedTheCoupon) {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.5}, .count = {}};
  run.facts.rounds.front().announced_roster = 4;  // of whom the history kept two
  run.winner(1, "A").winner(2, "B");
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::fail);
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);
}

TEST(NoUnderIssue, CountsARepeatedLedgerRowOnce) {
  RunBuilder run;
  run.winner(1, "A").issued(1, "A").loser(3);
  const CheckResult result = run.check("I2");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding, "\"sold out\" was answered 1 times; 1 of 2 coupons were issued");
}

TEST(NoOversell, LeavesRepeatedLedgerRowsToTheCheckOfCoupons) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").issued(1, "A");
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
  run.winner(3, "C");
  const CheckResult result = run.check("I1");
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(3));
}

}  // namespace
}  // namespace fairrush::analysis
