#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::chrono::seconds kLater{11};

/// User 1 holds "A", user 2 "B".
RunBuilder winners() {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B");
  return run;
}

TEST(RedeemedOnce, PassesWhenEachOwnerRedeemsOnce) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems("A"));
  run.add(redeem(1).at(kLater).key(2).redeems_in_vain("A"));
  run.add(redeem(2).at(kLater).key(3).redeems("B"));
  const CheckResult result = run.check("I15");
  EXPECT_EQ(result.verdict, CheckVerdict::pass);
  EXPECT_EQ(
      result.finding,
      "2 redemptions were acknowledged; 0 coupons were redeemed more than once, 0 redemptions "
      "were of a coupon that its user does not hold");
}

TEST(RedeemedOnce, FailsOnASecondRedemption) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems("A")).add(redeem(1).at(kLater).key(2).redeems("A"));
  const CheckResult result = run.check("I15");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
}

TEST(RedeemedOnce, TakesAnAnswerTwiceToOneRequestForOneRedemption) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems("A")).add(redeem(1).at(kLater).key(1).redeems("A"));
  EXPECT_EQ(run.verdict("I15"), CheckVerdict::pass);
  RunBuilder keyless = winners();
  keyless.add(redeem(1).at(kLater).redeems("A")).add(redeem(1).at(kLater).redeems("A"));
  EXPECT_EQ(keyless.verdict("I15"), CheckVerdict::fail);
}

TEST(RedeemedOnce, FailsOnARedemptionOfAnothersCoupon) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems("B"));
  const CheckResult result = run.check("I15");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].timeline.size(), 7U);  // both users
}

TEST(RedeemedOnce, FailsOnARedemptionOfACouponThatWasNeverIssued) {
  RunBuilder invented = winners();
  invented.add(redeem(1).at(kLater).key(1).redeems("Z"));
  EXPECT_EQ(invented.verdict("I15"), CheckVerdict::fail);
  RunBuilder lost;
  lost.add(claim(1).wins("A")).with_ledger().add(redeem(1).at(kLater).key(1).redeems("A"));
  EXPECT_EQ(lost.verdict("I15"), CheckVerdict::fail);
}

TEST(RedeemedOnce, IsUnknownWhenAnUnansweredRedemptionMayBeASecond) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems_unanswered("A"));
  EXPECT_EQ(run.verdict("I15"), CheckVerdict::pass);
  run.add(redeem(1).at(kLater).key(2).redeems("A"));
  const CheckResult result = run.check("I15");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
}

TEST(RedeemedOnce, TakesTheAnswerToARetryForThatOfTheRequest) {
  RunBuilder run = winners();
  run.add(redeem(1).at(kLater).key(1).redeems_unanswered("A"));
  run.add(redeem(1).at(kLater).key(1).retry(1).redeems("A"));
  EXPECT_EQ(run.verdict("I15"), CheckVerdict::pass);
}

TEST(RedeemedOnce, WithoutLedgerIsUnknownUnlessItIsBroken) {
  RunBuilder run = winners();
  run.ledger.reset();
  run.add(redeem(1).at(kLater).key(1).redeems("A"));
  EXPECT_EQ(run.verdict("I15"), CheckVerdict::unknown);
  run.add(redeem(1).at(kLater).key(2).redeems("A"));
  EXPECT_EQ(run.verdict("I15"), CheckVerdict::fail);
}

TEST(RedeemedOnce, IsNotApplicableWhenNobodyRedeems) {
  EXPECT_EQ(winners().verdict("I15"), CheckVerdict::not_applicable);
}

}  // namespace
}  // namespace fairrush::analysis
