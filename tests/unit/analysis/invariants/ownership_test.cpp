#include <gtest/gtest.h>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

TEST(CouponUnique, FailsWhenTwoUsersAreGivenTheSameCoupon) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "A");
  const CheckResult result = run.check("I3");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].timeline.size(), 6U);  // both users' attempts and ledger rows
}

TEST(CouponUnique, FailsWhenAnswerAndLedgerNameDifferentOwners) {
  RunBuilder run;
  run.add(claim(1).wins("A")).issued(2, "A");
  EXPECT_EQ(run.verdict("I3"), CheckVerdict::fail);
}

TEST(CouponUnique, PassesWhenOneUserIsToldTwice) {
  RunBuilder run;
  run.winner(1, "A").add(claim(1).retry(1).refused(Reason::already_claimed, "A"));
  EXPECT_EQ(run.verdict("I3"), CheckVerdict::pass);
}

TEST(CouponUnique, IsNotMisledByTwoCouponsWithTheSameHash) {
  RunBuilder run;
  run.add(claim(1).wins("A").with_hash(7)).add(claim(2).wins("B").with_hash(7));
  EXPECT_EQ(run.verdict("I3"), CheckVerdict::pass);
  EXPECT_EQ(run.verdict("I4"), CheckVerdict::pass);
  RunBuilder same_user;
  same_user.add(claim(1).wins("A").with_hash(7)).add(claim(1).retry(1).wins("B").with_hash(7));
  EXPECT_EQ(same_user.verdict("I4"), CheckVerdict::fail);
}

TEST(CouponUnique, WithoutLedgerIsUnknownWhenAClaimIsUnanswered) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(2).unanswered());
  const CheckResult result = run.check("I3");
  EXPECT_EQ(result.verdict, CheckVerdict::unknown);
  EXPECT_EQ(result.open_attempts, 1U);
}

TEST(OnePerUser, FailsOnASecondCouponWhereverItShows) {
  RunBuilder answers;
  answers.winner(1, "A").add(claim(1).retry(1).wins("B"));
  EXPECT_EQ(answers.verdict("I4"), CheckVerdict::fail);
  RunBuilder ledger;
  ledger.winner(1, "A").issued(1, "B");
  EXPECT_EQ(ledger.verdict("I4"), CheckVerdict::fail);
  RunBuilder refusal;
  refusal.winner(1, "A").add(claim(1).retry(1).refused(Reason::already_claimed, "B"));
  EXPECT_EQ(refusal.verdict("I4"), CheckVerdict::fail);
}

TEST(OnePerUser, CountsAUserWithThreeCouponsOnce) {
  RunBuilder run;
  run.winner(1, "A").issued(1, "B").issued(1, "C");
  EXPECT_EQ(run.check("I4").violations, 1U);
}

TEST(OnePerUser, WithoutLedgerIsUnknownOnlyForUsersWhoCouldHaveTwo) {
  RunBuilder one_open;
  one_open.add(claim(1).wins("A")).add(claim(2).unanswered());
  EXPECT_EQ(one_open.verdict("I4"), CheckVerdict::pass);
  RunBuilder two_open;
  two_open.add(claim(2).unanswered()).add(claim(2).retry(1).unanswered());
  EXPECT_EQ(two_open.verdict("I4"), CheckVerdict::unknown);
  RunBuilder win_and_open;
  win_and_open.add(claim(1).unanswered()).add(claim(1).retry(1).wins("A"));
  EXPECT_EQ(win_and_open.verdict("I4"), CheckVerdict::unknown);
}

TEST(OnePerUser, KeepsAtMostTenExamplesButCountsAll) {
  RunBuilder run;
  for (std::uint32_t user = 0; user < 15; ++user) {
    run.winner(user, "A" + std::to_string(user)).issued(user, "B" + std::to_string(user));
  }
  const CheckResult result = run.check("I4");
  EXPECT_EQ(result.violations, 15U);
  EXPECT_EQ(result.examples.size(), kExamplesMax);
}

TEST(OnePerUser, JudgesLedgerRowsOfUsersTheHistoryNeverSaw) {
  RunBuilder run;
  run.winner(1, "A").issued(4'000'000'000, "B").issued(4'000'000'000, "C");
  const CheckResult result = run.check("I4");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(4'000'000'000));
}

TEST(Eligibility, FailsOnAWinnerWithoutReservation) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).wins("B")).issued(2, "B");
  const CheckResult result = run.check("I7");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding,
            "2 users hold a coupon, 1 of them without a reservation; 0 users with a reservation "
            "were told that they had none");
}

TEST(Eligibility, FailsOnALedgerRowOfAnIntruder) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).unanswered()).issued(2, "B");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::fail);
}

TEST(Eligibility, AcceptsAnUnansweredReservationAndARefusedDuplicate) {
  RunBuilder run;
  run.add(reserve(1).unanswered()).add(claim(1).wins("A")).issued(1, "A");
  run.add(reserve(2).refused(Reason::duplicate_reservation)).add(claim(2).wins("B"));
  run.issued(2, "B");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::pass);
}

TEST(Eligibility, DoesNotAcceptARefusedOrUnsentReservation) {
  RunBuilder refused;
  refused.add(reserve(1).refused(Reason::outside_window)).add(claim(1).wins("A")).issued(1, "A");
  EXPECT_EQ(refused.verdict("I7"), CheckVerdict::fail);
  RunBuilder unsent;
  unsent.add(reserve(1).never_sent()).add(claim(1).wins("A")).issued(1, "A");
  EXPECT_EQ(unsent.verdict("I7"), CheckVerdict::fail);
}

TEST(Eligibility, WithoutLedgerIsUnknownWhenAnIntrudersClaimIsUnanswered) {
  RunBuilder run;
  run.add(reserved(1)).add(claim(1).wins("A")).add(claim(2).unanswered());
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::unknown);
}

TEST(Eligibility, IsNotApplicableToAnEventWithoutReservations) {
  RunBuilder run;
  run.facts.rounds.front().reservation = {};
  run.add(claim(1).wins("A")).issued(1, "A");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::not_applicable);
}

TEST(Eligibility, FailsOnAWinnerWhoIsNotOnTheList) {
  RunBuilder run;
  run.listed().add(claim(1).wins("A")).issued(1, "A");
  run.add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::pass);
  run.add(claim(4).wins("B")).issued(4, "B");
  const CheckResult result = run.check("I7");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.examples.front().user, UserIndex(4));
  EXPECT_EQ(result.finding,
            "2 users hold a coupon, 1 of them not on the list; 0 users on the list were told that "
            "they were not");
}

TEST(Eligibility, FailsOnALedgerRowOfAUserWhoNeverCameAndIsNotOnTheList) {
  RunBuilder run;
  run.listed().add(claim(7).loses()).issued(3, "A");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::pass);
  run.issued(6, "B");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::fail);
}

TEST(Eligibility, FailsWhenAUserOnTheListIsRefusedAsMissingFromIt) {
  RunBuilder run;
  run.listed().add(claim(3).refused(Reason::not_reserved));
  const CheckResult result = run.check("I7");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding,
            "0 users hold a coupon, 0 of them not on the list; 1 users on the list were told that "
            "they were not");
}

TEST(Eligibility, IsUnknownWithoutLedgerWhenAClaimFromOffTheListIsUnanswered) {
  RunBuilder run;
  run.listed().add(claim(1).wins("A")).add(claim(3).unanswered());
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::pass);
  run.add(claim(2).unanswered());
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::unknown);
}

TEST(Eligibility, IsUnknownInACutHistoryForTheReservationMayBeLost) {
  RunBuilder run;
  run.winner(1, "A").add(claim(2).wins("B")).issued(2, "B");
  run.cut_short = true;
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::unknown);
}

TEST(Eligibility, FailsWhenAReservedUserIsRefusedAsWithoutReservation) {
  RunBuilder run;
  run.winner(1, "A").add(reserved(2)).add(claim(2).refused(Reason::not_reserved));
  const CheckResult result = run.check("I7");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding,
            "1 users hold a coupon, 0 of them without a reservation; 1 users with a reservation "
            "were told that they had none");
  RunBuilder duplicate;
  duplicate.add(reserve(2).refused(Reason::duplicate_reservation));
  duplicate.add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(duplicate.verdict("I7"), CheckVerdict::fail);
}

TEST(Eligibility, CountsOnlyReservationsAcknowledgedBeforeTheRefusedClaimLeft) {
  // Acknowledged at 1.110 s, 8.890 s before the rush opens.
  const auto refused_at = [](nanoseconds after_opening) {
    RunBuilder run;
    run.add(reserved(2)).add(claim(2).at(after_opening).refused(Reason::not_reserved));
    return run.verdict("I7");
  };
  EXPECT_EQ(refused_at(-milliseconds(8890) - nanoseconds(1)), CheckVerdict::pass);
  EXPECT_EQ(refused_at(-milliseconds(8890)), CheckVerdict::fail);
  RunBuilder open;
  open.add(reserve(2).unanswered()).add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(open.verdict("I7"), CheckVerdict::pass);
}

TEST(CouponUnique, FailsOnALedgerRowThatStandsTwice) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").issued(1, "A");
  const CheckResult result = run.check("I3");
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.violations, 1U);
  EXPECT_EQ(result.finding,
            "2 coupons, 0 of them with more than one owner; 1 rows of the ledger repeat another");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].user, UserIndex(1));
  EXPECT_EQ(run.verdict("I4"), CheckVerdict::pass);
}

TEST(Eligibility, FailsOnAnyWinnerWhenEverybodyIsAnIntruder) {
  RunBuilder run;
  run.with_ledger().add(claim(1).refused(Reason::not_reserved));
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::pass);
  run.add(claim(2).wins("A")).issued(2, "A");
  EXPECT_EQ(run.verdict("I7"), CheckVerdict::fail);
}

}  // namespace
}  // namespace fairrush::analysis
