#include "analysis/fairness/statistics/groups.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/fairness/statistics/hypergeometric.hpp"

namespace fairrush::analysis {
namespace {

TEST(GroupTest, EqualsTheHypergeometricZSquaredForTwoGroups) {
  // z = (w − mp)/√(mp(1−p)(N−m)/(N−1)) with N=300, K=60, m=100, w=12.
  const auto tested = test_groups(Groups{{100, 12}, {200, 48}}, 1);
  ASSERT_TRUE(tested);
  const double z = (12 - 20.0) / std::sqrt(100 * 0.2 * 0.8 * 200 / 299);
  EXPECT_NEAR(tested->statistic, z * z, 1e-9);
  EXPECT_NEAR(tested->p_value, std::erfc(std::abs(z) / std::sqrt(2)), 1e-9);
}

TEST(GroupTest, OfOneRoundIsChiSquaredWithTheFactorForDraws) {
  // chisq.test of R times (N−1)/N; vectors/make_vectors.R.
  const auto tested = test_groups(Groups{{180, 42}, {90, 12}, {30, 6}}, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 3.7375, 1e-10);
  EXPECT_NEAR(tested->p_value, 0.154316436852, 1e-11);
}

TEST(GroupTest, OfManyRoundsIsTheGeneralisedMantelHaenszel) {
  // mantelhaen.test of R over a 3×2×3 table.
  const std::vector<Groups> rounds{{{150, 38}, {100, 15}, {50, 7}},
                                   {{140, 33}, {90, 15}, {50, 8}},
                                   {{155, 36}, {120, 22}, {35, 4}}};
  const auto tested = test_groups(rounds, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 9.50085167373564, 1e-10);
  EXPECT_NEAR(tested->p_value, 0.00864801177666, 1e-12);
}

TEST(GroupTest, IsNotFooledIntoBiasByEqualRates) {
  const auto tested = test_groups(Groups{{100, 20}, {200, 40}, {50, 10}}, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 0, 1e-12);
  EXPECT_NEAR(tested->p_value, 1, 1e-12);
}

TEST(GroupTest, TakesSmallGroupsByDrawsCloseToTheExactProbability) {
  // m·p = 2: too few for χ². Exactly: P(|w − 2| ≥ 3) = P(w ≥ 5), as w cannot fall below −1.
  const Groups groups{{10, 5}, {90, 15}};
  const double exact = Hypergeometric({.population = 100, .winners = 20, .group = 10}).at_least(5);
  const auto tested = test_groups(groups, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->p_value, exact, 0.008);
  EXPECT_EQ(tested->p_value, test_groups(groups, 1)->p_value);
  EXPECT_NE(tested->p_value, test_groups(groups, 2)->p_value);
}

TEST(GroupTest, DrawsEveryRoundAnewWhereTheyAreSmallTogether) {
  // Twice one win of two in ten: P(w ≥ 2 in all) of 2 hypergeometrics (N=10, K=1, m=2) is 0.04.
  const std::vector<Groups> rounds{{{2, 1}, {8, 0}}, {{2, 1}, {8, 0}}};
  const auto tested = test_groups(rounds, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->p_value, 0.04, 0.008);
}

TEST(GroupTest, LeavesOutRoundsWithoutChanceAndGroupsWithoutMembers) {
  const Groups round{{180, 42}, {0, 0}, {90, 12}, {30, 6}};
  const std::vector<Groups> rounds{round, {{10, 10}, {0, 0}, {5, 5}, {1, 1}}, {}, {{7, 0}, {9, 0}}};
  EXPECT_NEAR(test_groups(rounds, 1)->statistic, 3.7375, 1e-10);
}

TEST(GroupTest, LosesADegreeOfFreedomWhereRoundsPartTheGroups) {
  // A and B meet only each other, and so do C and D: two comparisons, not three.
  const std::vector<Groups> rounds{{{100, 30}, {100, 10}, {0, 0}, {0, 0}},
                                   {{0, 0}, {0, 0}, {100, 25}, {100, 15}}};
  const auto first = test_groups(Groups{{100, 30}, {100, 10}}, 1);
  const auto second = test_groups(Groups{{100, 25}, {100, 15}}, 1);
  const auto both = test_groups(rounds, 1);
  // An expected count of 20 each, so all are by χ².
  EXPECT_NEAR(both->statistic, first->statistic + second->statistic, 1e-9);
  EXPECT_NEAR(both->p_value, chi_squared_upper(both->statistic, 2), 1e-12);
}

TEST(GroupTest, CountsGroupsBeyondTheLimitAsOne) {
  Groups groups(100, Tally{50, 10});
  groups.back() = {50, 30};
  const auto tested = test_groups(groups, 1);
  ASSERT_TRUE(tested);
  Groups merged(64, Tally{50, 10});
  merged.back() = {37 * 50, 36 * 10 + 30};
  EXPECT_NEAR(tested->statistic, test_groups(merged, 1)->statistic, 1e-9);
}

TEST(GroupTest, IsNotComputedWithoutTwoGroupsAWinnerAndALoser) {
  EXPECT_FALSE(test_groups(Groups{{10, 5}, {0, 0}}, 1));
  EXPECT_FALSE(test_groups(Groups{{10, 0}, {10, 0}}, 1));
  EXPECT_FALSE(test_groups(Groups{{10, 10}, {10, 10}}, 1));
  EXPECT_FALSE(test_groups(Groups{}, 1));
  EXPECT_FALSE(test_groups(std::vector<Groups>{}, 1));
}

}  // namespace
}  // namespace fairrush::analysis
