#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

/// User 1 is told "A" at 110 ms.
RunBuilder acknowledged_run() {
  RunBuilder run;
  run.winner(1, "A");
  return run;
}

TEST(ReadYourAcknowledgement, PassesWhenEveryLaterReadReturnsTheCoupon) {
  RunBuilder run = acknowledged_run();
  run.add(status(1).at(milliseconds(111)).shows("A"));
  run.add(status(1).retry(1).at(std::chrono::seconds(11)).shows("A"));
  const CheckResult result = run.check("I11");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(result.finding,
            "2 status reads came after their user's win was acknowledged, 0 of them did not return "
            "it");
}

TEST(ReadYourAcknowledgement, FailsOnAnEmptyWalletAndOnAnotherCoupon) {
  RunBuilder empty = acknowledged_run();
  empty.add(status(1).at(milliseconds(111)).shows_nothing());
  const CheckResult result = empty.check("I11");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
  EXPECT_EQ(result.examples[0].timeline[2],
            "+0.111 s  user 1 status (try 0, attempt 2), answered +0.121 s: shows no coupon");
  RunBuilder other = acknowledged_run();
  other.add(status(1).at(milliseconds(111)).shows("B"));
  EXPECT_EQ(other.verdict("I11"), CheckVerdict::fail);
}

TEST(ReadYourAcknowledgement, AsksNothingOfAReadSentBeforeTheAcknowledgement) {
  RunBuilder run = acknowledged_run();
  run.add(status(1).at(milliseconds(110)).shows_nothing());
  EXPECT_EQ(run.verdict("I11"), CheckVerdict::not_applicable);
}

TEST(ReadYourAcknowledgement, AllowsTheDeadlineThatTheTargetDeclares) {
  RunBuilder run = acknowledged_run();
  run.facts.status_deadline = milliseconds(500);
  run.add(status(1).at(milliseconds(610)).shows_nothing());
  EXPECT_EQ(run.verdict("I11"), CheckVerdict::not_applicable);
  run.add(status(1).retry(1).at(milliseconds(611)).shows_nothing());
  EXPECT_EQ(run.verdict("I11"), CheckVerdict::fail);
}

TEST(ReadYourAcknowledgement, IsUnknownWhenEveryReadIsRefused) {
  RunBuilder run = acknowledged_run();
  run.add(status(1).at(milliseconds(200)).refused(Reason::overloaded));
  EXPECT_EQ(run.verdict("I11"), CheckVerdict::unknown);
}

TEST(ReadYourAcknowledgement, AsksNothingOfLosersAndUnansweredReads) {
  RunBuilder run = acknowledged_run();
  run.loser(2).add(status(2).at(milliseconds(500)).shows_nothing());
  run.add(status(1).at(milliseconds(500)).unanswered());
  EXPECT_EQ(run.verdict("I11"), CheckVerdict::not_applicable);
}

// What status reads settle for the other checks.

RunBuilder open_claim_run() {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(2).wins("B"));
  run.add(claim(3).at(std::chrono::seconds(9)).unanswered());  // timed out at 14 s
  return run;
}

TEST(StatusReads, SettleAnOpenClaimAsNoneOnceNothingMovesAnyMore) {
  RunBuilder run = open_claim_run();
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);
  run.add(status(3).at(milliseconds(13'999)).shows_nothing());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);  // the claim may still have been on its way
  run.add(status(3).at(milliseconds(14'000)).shows_nothing());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
  EXPECT_EQ(run.verdict("I3"), CheckVerdict::pass);
  EXPECT_EQ(run.verdict("I4"), CheckVerdict::pass);
}

TEST(StatusReads, SettleNothingBeforeTheRushHasClosed) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(2).wins("B")).add(claim(3).unanswered());
  run.add(status(3).at(milliseconds(9'999)).shows_nothing());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);
  run.add(status(3).at(milliseconds(10'000)).shows_nothing());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
  run.facts.status_deadline = milliseconds(1);
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::unknown);
}

TEST(StatusReads, SettleAnOpenClaimAsTheWinTheyShow) {
  RunBuilder run = open_claim_run();
  run.add(status(3).at(std::chrono::seconds(15)).shows("C"));
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::fail);
  run.facts.quota.count = 3;
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::pass);
}

TEST(StatusReads, GiveWayToTheLedger) {
  RunBuilder run = open_claim_run();
  run.issued(1, "A").issued(2, "B").issued(3, "C");
  run.add(status(3).at(std::chrono::seconds(15)).shows_nothing());
  EXPECT_EQ(run.verdict("I1"), CheckVerdict::fail);
}

TEST(StatusReads, ThatShowACouponMissingFromTheLedgerShowItLost) {
  RunBuilder run = open_claim_run();
  run.issued(1, "A").issued(2, "B");
  run.add(status(3).at(std::chrono::seconds(15)).shows("C"));
  EXPECT_EQ(run.verdict("I5"), CheckVerdict::fail);
}

TEST(StatusReads, DoNotExplainARowThatNoClaimExplains) {
  RunBuilder run;
  run.winner(1, "A").loser(2).issued(2, "B").add(status(2).at(std::chrono::seconds(15)).shows("B"));
  EXPECT_EQ(run.verdict("I6"), CheckVerdict::fail);
}

TEST(StatusReads, OfAnotherUsersCouponShareIt) {
  RunBuilder run;
  run.winner(1, "A").loser(2).add(status(2).at(std::chrono::seconds(15)).shows("A"));
  EXPECT_EQ(run.verdict("I3"), CheckVerdict::fail);
}

TEST(StatusReads, LeaveASecondOpenClaimOfAWinnerOpen) {
  RunBuilder run;
  run.add(claim(1).unanswered()).add(claim(1).retry(1).unanswered());
  run.add(status(1).at(std::chrono::seconds(15)).shows("A"));
  EXPECT_EQ(run.verdict("I4"), CheckVerdict::unknown);
  RunBuilder one_open;
  one_open.add(claim(1).unanswered());
  one_open.add(status(1).at(std::chrono::seconds(15)).shows("A"));
  EXPECT_EQ(one_open.verdict("I4"), CheckVerdict::pass);
}

}  // namespace
}  // namespace fairrush::analysis
