#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

TEST(NoLostAcknowledgement, FailsWhenAnAcknowledgedCouponIsNotInTheLedger) {
  RunBuilder run;
  run.winner(1, "A").add(reserved(2)).add(claim(2).wins("B"));
  const CheckResult result = run.check("I5");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding, "2 coupons were acknowledged, 1 of them are not in the ledger");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(2));
}

TEST(NoLostAcknowledgement, FailsWhenTheLedgerHasAnotherCouponOfTheUser) {
  RunBuilder run;
  run.add(claim(1).wins("A")).issued(1, "B");
  EXPECT_EQ(run.verdict("I5"), CheckVerdict::fail);
}

TEST(NoLostAcknowledgement, HoldsACouponNamedInARefusalToBeAcknowledged) {
  RunBuilder run;
  run.with_ledger().add(claim(1).refused(Reason::already_claimed, "A"));
  EXPECT_EQ(run.verdict("I5"), CheckVerdict::fail);
}

TEST(NoLostAcknowledgement, PassesWhenEveryCouponIsThereAndIsUnmovedByUnansweredClaims) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).unanswered());
  EXPECT_EQ(run.verdict("I5"), CheckVerdict::pass);
}

TEST(NoLostAcknowledgement, FailsInACutHistoryTooForWhatIsThereWasAcknowledged) {
  RunBuilder run;
  run.with_ledger().add(claim(1).wins("A"));
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I5"), CheckVerdict::fail);
}

TEST(NoLostAcknowledgement, WithoutLedgerIsUnknownWithTheReason) {
  RunBuilder run;
  run.facts.rounds.front().ledger_missing = "the target answered 404";
  run.add(claim(1).wins("A"));
  const CheckResult result = run.check("I5");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.finding, "there is no ledger to compare with: the target answered 404");
  EXPECT_EQ(run.verdict("I6"), CheckVerdict::unknown);
}

TEST(NoPhantom, FailsOnARowThatNobodyWasTold) {
  RunBuilder run;
  run.winner(1, "A").loser(2).issued(2, "B");
  const CheckResult result = run.check("I6");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
}

TEST(NoPhantom, FailsOnARowOfAUserTheRunDoesNotHave) {
  RunBuilder run;
  run.winner(1, "A").issued(4'294'967'295, "B");
  EXPECT_EQ(run.verdict("I6"), CheckVerdict::fail);
}

TEST(NoPhantom, AcceptsARowThatAnUnansweredClaimExplains) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).unanswered()).issued(2, "B");
  const CheckResult result = run.check("I6");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(result.finding,
            "2 coupons in the ledger, 1 of them known only by a claim that went unanswered, 0 that "
            "nobody was told of");
}

TEST(NoPhantom, DoesNotAcceptAClaimThatNeverLeft) {
  RunBuilder run;
  run.add(claim(2).never_sent()).issued(2, "B");
  EXPECT_EQ(run.verdict("I6"), CheckVerdict::fail);
}

TEST(NoPhantom, IsUnknownInACutHistoryForTheAnswerMayBeLost) {
  RunBuilder run;
  run.add(claim(1).loses()).issued(2, "B");
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I6"), CheckVerdict::unknown);
}

TEST(Rounds, AreJudgedEachByItsOwnRowsAndSayWhichOneBroke) {
  RunBuilder run;
  run.rounds(3);
  for (const std::uint32_t round : {0U, 1U, 2U}) {
    const std::string coupon = "A" + std::to_string(round);
    run.add(reserved(1).in_round(round)).add(claim(1).in_round(round).wins(coupon));
    run.add(reserved(2).in_round(round)).add(claim(2).in_round(round).wins("B" + coupon));
    run.issued(2, "B" + coupon, round);
    if (round != 1) run.issued(1, coupon, round);
  }
  EXPECT_EQ(run.check("I5", 0).verdict, CheckVerdict::pass);
  EXPECT_EQ(run.check("I5", 1).verdict, CheckVerdict::fail);
  const Assessment assessment = assess(run.build()->evidence);
  const auto& lost = *std::ranges::find(assessment.invariants, "I5", &CheckResult::id);
  EXPECT_EQ(lost.verdict, CheckVerdict::fail);
  EXPECT_EQ(lost.violations, 1U);
  ASSERT_EQ(lost.examples.size(), 1U);
  EXPECT_EQ(lost.examples[0].round, 1U);
  EXPECT_EQ(lost.finding,
            "broken in 1 of 3 rounds, held in 2; round 2: 2 coupons were acknowledged, 1 of them "
            "are not in the ledger");
}

}  // namespace
}  // namespace fairrush::analysis
