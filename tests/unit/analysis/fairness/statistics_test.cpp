#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "analysis/fairness/hypergeometric.hpp"
#include "analysis/fairness/statistics.hpp"

namespace fairrush::analysis {
namespace {

TEST(Hypergeometric, GivesThePublishedTailsAndBand) {
  const Hypergeometric wins({.population = 300, .winners = 60, .group = 100});
  EXPECT_NEAR(wins.at_most(14), 0.04386, 0.000005);
  EXPECT_NEAR(wins.at_most(9), 0.000383, 0.0000005);
  EXPECT_NEAR(wins.at_least(32), 0.000282, 0.0000005);
  EXPECT_EQ(wins.band(0.999).low, 10U);
  EXPECT_EQ(wins.band(0.999).high, 31U);
}

TEST(Hypergeometric, MatchesACountByHand) {
  // 5 users, 2 winners, a group of 3: C(2,w)·C(3,3−w)/C(5,3).
  const Hypergeometric wins({.population = 5, .winners = 2, .group = 3});
  EXPECT_NEAR(wins.probability(0), 0.1, 1e-12);
  EXPECT_NEAR(wins.probability(1), 0.6, 1e-12);
  EXPECT_NEAR(wins.probability(2), 0.3, 1e-12);
  EXPECT_EQ(wins.probability(3), 0);
  EXPECT_NEAR(wins.at_most(1), 0.7, 1e-12);
  EXPECT_NEAR(wins.at_least(1), 0.9, 1e-12);
}

TEST(Hypergeometric, SumsToOneAndItsTailsMeetAtEveryPoint) {
  const Hypergeometric wins({.population = 1000, .winners = 200, .group = 333});
  double sum = 0;
  for (std::uint64_t w = wins.lowest(); w <= wins.highest(); ++w) {
    sum += wins.probability(w);
    EXPECT_NEAR(wins.at_most(w), sum, 1e-10);
    EXPECT_NEAR(wins.at_most(w) + wins.at_least(w + 1), 1, 1e-10);
  }
  EXPECT_NEAR(sum, 1, 1e-10);
}

TEST(Hypergeometric, KnowsItsSupportAtTheEdges) {
  const Hypergeometric everyone({.population = 10, .winners = 4, .group = 10});
  EXPECT_EQ(everyone.lowest(), 4U);
  EXPECT_EQ(everyone.highest(), 4U);
  EXPECT_EQ(everyone.band(0.999).low, 4U);
  EXPECT_EQ(everyone.sample(0.999999), 4U);
  const Hypergeometric nobody({.population = 10, .winners = 0, .group = 5});
  EXPECT_EQ(nobody.at_most(0), 1);
  EXPECT_EQ(nobody.at_least(1), 0);
}

TEST(Hypergeometric, StaysExactForMillions) {
  const Hypergeometric wins({.population = 50'000'000, .winners = 10'000'000, .group = 25'000'000});
  // The distribution is symmetric about 5,000,000 here.
  EXPECT_NEAR(wins.at_most(4'999'999), wins.at_least(5'000'001), 1e-6);
  EXPECT_NEAR(wins.at_most(5'000'000) - wins.probability(5'000'000) / 2, 0.5, 1e-6);
}

TEST(Hypergeometric, SamplesAsOftenAsItSays) {
  const Hypergeometric wins({.population = 5, .winners = 2, .group = 3});
  std::array<int, 3> seen{};
  for (int place = 0; place < 1000; ++place) ++seen.at(wins.sample((place + 0.5) / 1000));
  EXPECT_NEAR(seen[0], 100, 1);
  EXPECT_NEAR(seen[1], 600, 1);
  EXPECT_NEAR(seen[2], 300, 1);
}

TEST(GroupTest, EqualsTheHypergeometricZSquaredForTwoGroups) {
  // z = (w − mp)/√(mp(1−p)(N−m)/(N−1)) with N=300, K=60, m=100, w=12; X² with its factor is z².
  const std::array<Tally, 2> groups{{{100, 12}, {200, 48}}};
  const double z = (12 - 20.0) / std::sqrt(100 * 0.2 * 0.8 * 200 / 299);
  EXPECT_NEAR(chi_squared(groups), z * z, 1e-9);
  const auto tested = test_groups(groups, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->p_value, std::erfc(std::abs(z) / std::sqrt(2)), 1e-9);
}

TEST(GroupTest, IsNotFooledIntoBiasByEqualRates) {
  const std::array<Tally, 3> groups{{{100, 20}, {200, 40}, {50, 10}}};
  const auto tested = test_groups(groups, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->statistic, 0, 1e-12);
  EXPECT_NEAR(tested->p_value, 1, 1e-12);
}

TEST(GroupTest, TakesSmallGroupsByDrawsCloseToTheExactProbability) {
  // m·p = 2: too few for χ². Exactly: P(|w − 2| ≥ 3) = P(w ≥ 5), as w cannot fall below −1.
  const std::array<Tally, 2> groups{{{10, 5}, {90, 15}}};
  const double exact = Hypergeometric({.population = 100, .winners = 20, .group = 10}).at_least(5);
  const auto tested = test_groups(groups, 1);
  ASSERT_TRUE(tested);
  EXPECT_NEAR(tested->p_value, exact, 0.008);
  EXPECT_EQ(tested->p_value, test_groups(groups, 1)->p_value);
  EXPECT_NE(tested->p_value, test_groups(groups, 2)->p_value);
}

TEST(GroupTest, IsNotComputedWithoutTwoGroupsAWinnerAndALoser) {
  EXPECT_FALSE(test_groups(std::array<Tally, 2>{{{10, 5}, {0, 0}}}, 1));
  EXPECT_FALSE(test_groups(std::array<Tally, 2>{{{10, 0}, {10, 0}}}, 1));
  EXPECT_FALSE(test_groups(std::array<Tally, 2>{{{10, 10}, {10, 10}}}, 1));
  EXPECT_FALSE(test_groups({}, 1));
}

std::vector<Arrival> arrivals(std::initializer_list<Arrival> list) {
  return list;
}

TEST(ArrivalTest, IsZeroWhenWinnersComeFirstAndOneWhenTheyComeLast) {
  EXPECT_EQ(test_arrival(arrivals({{1, true}, {2, true}, {3, false}, {4, false}}))->statistic, 0);
  EXPECT_EQ(test_arrival(arrivals({{1, false}, {2, false}, {3, true}, {4, true}}))->statistic, 1);
}

TEST(ArrivalTest, CountsPairsWithTiesAsHalf) {
  // Pairs (winner, loser): (2,1) later, (2,2) tie, (2,3) earlier: (1 + ½ + 0)/3.
  const auto tested = test_arrival(arrivals({{1, false}, {2, true}, {2, false}, {3, false}}));
  EXPECT_NEAR(tested->statistic, 0.5, 1e-12);
}

TEST(ArrivalTest, HasThePublishedSpread) {
  // SD of the area for N = 300, K = 60 is .0417: a z of 12 for first come, first served.
  std::vector<Arrival> all;
  for (int place = 0; place < 300; ++place) all.push_back({place, place < 60});
  const auto tested = test_arrival(all);
  EXPECT_EQ(tested->statistic, 0);
  EXPECT_NEAR(std::log(tested->p_value), std::log(std::erfc(0.5 / 0.0417 / std::sqrt(2))), 1.5);
}

TEST(ArrivalTest, CorrectsItsVarianceForTies) {
  // Two blocks of ties, 10 each: the variance shrinks by (t³−t)/(N³−N) twice.
  std::vector<Arrival> all;
  for (int place = 0; place < 20; ++place) all.push_back({place / 10, place % 10 < 3 + place / 10});
  const auto tested = test_arrival(all);
  const double winners = 7;
  const double variance = 21.0 / (12 * winners * 13) * (1 - 2 * (1000.0 - 10) / (8000.0 - 20));
  const double z = (tested->statistic - 0.5) / std::sqrt(variance);
  EXPECT_NEAR(tested->p_value, std::erfc(std::abs(z) / std::sqrt(2)), 1e-12);
}

TEST(ArrivalTest, IsNotComputedWithoutContrast) {
  EXPECT_FALSE(test_arrival(arrivals({{1, true}, {2, true}})));
  EXPECT_FALSE(test_arrival(arrivals({{1, false}})));
  EXPECT_FALSE(test_arrival(arrivals({{1, false}, {1, true}})));
  EXPECT_FALSE(test_arrival({}));
}

TEST(Planning, GivesThePublishedGaps) {
  EXPECT_NEAR(detectable_gap_pp({300, 0.2}), 13.0, 0.05);
  EXPECT_NEAR(detectable_gap_pp({3'000, 0.2}), 4.1, 0.05);
  EXPECT_NEAR(detectable_gap_pp({30'000, 0.2}), 1.3, 0.05);
  EXPECT_NEAR(detectable_gap_pp({500'000, 0.2}), 0.32, 0.005);
  EXPECT_EQ(detectable_gap_pp({1, 0.2}), 100);
}

TEST(Planning, GivesThePublishedRounds) {
  EXPECT_EQ(rounds_needed({300, 0.2}, 0.01), 116U);
  EXPECT_EQ(rounds_needed({3'000, 0.2}, 0.01), 12U);
  EXPECT_EQ(rounds_needed({30'000, 0.2}, 0.01), 2U);
  EXPECT_EQ(rounds_needed({500'000, 0.2}, 0.01), 1U);
}

TEST(Planning, SaysNothingWhereNothingCanBeSaid) {
  EXPECT_EQ(rounds_needed({300, 0.2}, 0), 0U);
  EXPECT_EQ(rounds_needed({300, 0}, 0.01), 0U);
  EXPECT_EQ(rounds_needed({1, 0.2}, 0.01), 0U);
}

TEST(Holm, StepsDownFromTheSmallest) {
  const auto rejected = [](double a, double b) {
    return holm_rejections(std::array<double, 2>{a, b}, 0.001);
  };
  EXPECT_EQ(rejected(0.0005, 0.001), (std::vector<bool>{true, true}));
  EXPECT_EQ(rejected(0.001, 0.0005), (std::vector<bool>{true, true}));
  EXPECT_EQ(rejected(0.0006, 0.0007), (std::vector<bool>{false, false}));
  EXPECT_EQ(rejected(0.0004, 0.002), (std::vector<bool>{true, false}));
  EXPECT_TRUE(holm_rejections({}, 0.001).empty());
}

}  // namespace
}  // namespace fairrush::analysis
