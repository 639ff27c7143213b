#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr milliseconds kLost{100};  // sent; answered 10 ms later

TEST(OneVerdict, FailsWhenALoserWinsByALaterClaim) {
  RunBuilder run;
  run.add(claim(1).at(kLost).loses()).add(claim(1).retry(1).at(milliseconds(200)).wins("A"));
  const CheckResult result = run.check("I9");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding, "1 losses were answered, 1 users won by a claim sent after theirs");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
}

TEST(OneVerdict, PassesWhenTheWinWasSentBeforeTheLossWasAnswered) {
  RunBuilder run;
  run.add(claim(1).at(kLost).loses()).add(claim(1).retry(1).at(milliseconds(110)).wins("A"));
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::pass);
  RunBuilder win_first;
  win_first.add(claim(1).wins("A")).add(claim(1).retry(1).at(milliseconds(900)).loses());
  EXPECT_EQ(win_first.verdict("I9"), CheckVerdict::pass);
}

TEST(OneVerdict, WithoutLedgerIsUnknownWhenALosersLaterClaimIsOpen) {
  RunBuilder run;
  run.add(claim(1).at(kLost).loses()).add(claim(1).retry(1).at(milliseconds(200)).unanswered());
  const CheckResult result = run.check("I9");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  run.add(status(1).at(std::chrono::seconds(20)).shows_nothing());
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::pass);
}

TEST(OneVerdict, TakesTheLedgersWordForALosersLaterClaim) {
  RunBuilder run;
  run.add(claim(1).at(kLost).loses()).add(claim(1).retry(1).at(milliseconds(200)).unanswered());
  run.with_ledger();
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::pass);
  run.issued(1, "A");
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::fail);
}

TEST(OneVerdict, IsUnknownWhenAnEarlierOpenClaimMayExplainTheRow) {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(50)).unanswered()).add(claim(1).retry(1).at(kLost).loses());
  run.issued(1, "A");
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::pass);
  run.add(claim(1).retry(2).at(milliseconds(200)).unanswered());
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::unknown);
}

TEST(OneVerdict, FailsWhenALosersWalletShowsACouponThatNoClaimExplains) {
  RunBuilder run;
  run.add(claim(1).at(kLost).loses()).add(status(1).at(std::chrono::seconds(11)).shows("A"));
  EXPECT_EQ(run.verdict("I9"), CheckVerdict::fail);
}

TEST(IdempotentRetry, FailsWhenARetryIsGivenAnotherCoupon) {
  RunBuilder run;
  run.add(claim(1).key(7).wins("A")).add(claim(1).key(7).retry(1).at(milliseconds(200)).wins("B"));
  const CheckResult result = run.check("I10");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding, "1 claims were sent more than once, 1 users got different answers");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
}

TEST(IdempotentRetry, FailsWhenOneClaimIsWonAndLost) {
  RunBuilder run;
  run.add(claim(1).key(7).wins("A")).add(claim(1).key(7).retry(1).loses());
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::fail);
  RunBuilder refused;
  refused.add(claim(1).key(7).wins("A"));
  refused.add(claim(1).key(7).retry(1).refused(Reason::already_claimed, "B"));
  EXPECT_EQ(refused.verdict("I10"), CheckVerdict::fail);
}

TEST(IdempotentRetry, PassesOnTheSameAnswerInEitherForm) {
  RunBuilder run;
  run.add(claim(1).key(7).wins("A")).add(claim(1).key(7).retry(1).wins("A"));
  run.add(claim(1).key(7).retry(2).refused(Reason::already_claimed, "A"));
  run.add(claim(2).key(7).loses()).add(claim(2).key(7).retry(1).loses());
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::pass);
}

TEST(IdempotentRetry, DoesNotTakeARefusalForAnAnswer) {
  RunBuilder run;
  run.add(claim(1).key(7).refused(Reason::overloaded)).add(claim(1).key(7).retry(1).wins("A"));
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::pass);
}

TEST(IdempotentRetry, ComparesOnlyClaimsOfOneUserWithOneKey) {
  RunBuilder run;
  run.add(claim(1).key(7).wins("A")).add(claim(1).key(8).retry(1).wins("B"));
  run.add(claim(2).key(7).loses());
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::not_applicable);
}

TEST(IdempotentRetry, WithoutLedgerIsUnknownWhenALostClaimAlsoWentUnanswered) {
  RunBuilder run;
  run.add(claim(1).key(7).unanswered());
  run.add(claim(1).key(7).retry(1).at(milliseconds(200)).loses());
  const CheckResult result = run.check("I10");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
  run.with_ledger();
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::pass);
  run.issued(1, "A");
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::fail);
}

TEST(IdempotentRetry, TakesAlreadyClaimedWithoutItsCouponForTheUnansweredTryThatWon) {
  RunBuilder run;
  run.add(claim(1).key(7).unanswered());
  run.add(claim(1).key(7).retry(1).at(milliseconds(200)).refused(Reason::already_claimed));
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::pass);
  run.issued(1, "A");
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::pass);
  run.add(claim(1).key(7).retry(2).at(milliseconds(300)).refused(Reason::already_claimed, "B"));
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::fail);
}

TEST(IdempotentRetry, IsUnknownWhenAnotherOpenClaimMayExplainTheRow) {
  RunBuilder run;
  run.add(claim(1).key(7).unanswered());
  run.add(claim(1).key(7).retry(1).at(milliseconds(200)).loses());
  run.add(claim(1).key(8).retry(2).at(milliseconds(300)).unanswered()).issued(1, "A");
  EXPECT_EQ(run.verdict("I10"), CheckVerdict::unknown);
}

}  // namespace
}  // namespace fairrush::analysis
