#include "loadgen/wire/measurements.hpp"

#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

constexpr CohortId kFibre(0);
constexpr CohortId kMobile(1);

TEST(Tally, CountsAttemptsByCohortOperationOutcomeAndReason) {
  Tally tally;
  tally.count(kMobile, Op::claim, Outcome::refusal, Reason::overloaded);
  tally.count(kFibre, Op::claim, Outcome::win, Reason::none);
  tally.count(kMobile, Op::claim, Outcome::refusal, Reason::overloaded);
  const auto rows = tally.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].cohort, kFibre);
  EXPECT_EQ(rows[0].outcome, Outcome::win);
  EXPECT_EQ(rows[0].count, 1U);
  EXPECT_EQ(rows[1].cohort, kMobile);
  EXPECT_EQ(rows[1].op, Op::claim);
  EXPECT_EQ(rows[1].reason, Reason::overloaded);
  EXPECT_EQ(rows[1].count, 2U);
}

TEST(Tally, KnowsNothingOfACohortThatNeverCame) {
  Tally tally;
  tally.count_claimant(kFibre);
  EXPECT_EQ(tally.users(kMobile).claimed, 0U);
  EXPECT_TRUE(tally.rows().empty());
}

TEST(Tally, OfTwoWorkersIsThatOfOneThatCountedBoth) {
  Tally one;
  one.count(kFibre, Op::claim, Outcome::win, Reason::none);
  one.count_winner(kFibre);
  Tally other;
  other.count(kFibre, Op::claim, Outcome::win, Reason::none);
  other.count(kMobile, Op::status, Outcome::indeterminate, Reason::stopped_in_flight);
  other.count_winner(kFibre);
  other.count_claimant(kMobile);
  one.merge(other);
  ASSERT_EQ(one.rows().size(), 2U);
  EXPECT_EQ(one.rows()[0].count, 2U);
  EXPECT_EQ(one.rows()[1].reason, Reason::stopped_in_flight);
  EXPECT_EQ(one.users(kFibre).won, 2U);
  EXPECT_EQ(one.users(kMobile).claimed, 1U);
}

}  // namespace
}  // namespace fairrush::loadgen
