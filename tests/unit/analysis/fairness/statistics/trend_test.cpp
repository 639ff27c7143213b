#include "analysis/fairness/statistics/trend.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fairrush::analysis {
namespace {

void add(TrendSum& trend, double x, int members, int wins) {
  for (int member = 0; member < members; ++member) trend.add(x, member < wins);
}

/// 180 users at 10, 90 at 30, 30 at 120, as in vectors/make_vectors.R.
TrendSum three_scores(double origin = 0) {
  TrendSum trend;
  add(trend, origin + 10, 180, 42);
  add(trend, origin + 30, 90, 12);
  add(trend, origin + 120, 30, 6);
  return trend;
}

TEST(TrendTest, IsThatOfCochranAndArmitageWithTheFactorForDraws) {
  // prop.trend.test of R times (N−1)/N; the slope is that of lm().
  const auto trend = test_trend(std::array{three_scores()});
  ASSERT_TRUE(trend);
  EXPECT_NEAR(trend->z * trend->z, 0.287223823247, 1e-11);
  EXPECT_NEAR(trend->p_value, 0.592005086786, 1e-11);
  EXPECT_NEAR(trend->slope, -0.000384245917387, 1e-14);
}

TEST(TrendTest, KeepsItsDigitsFarFromZero) {
  const auto near = test_trend(std::array{three_scores()});
  const auto far = test_trend(std::array{three_scores(1e9)});
  EXPECT_NEAR(far->z, near->z, 1e-9);
}

TEST(TrendTest, AddsRounds) {
  const auto once = test_trend(std::array{three_scores()});
  const auto twice = test_trend(std::array{three_scores(), three_scores(500)});
  EXPECT_NEAR(twice->z * twice->z, 2 * once->z * once->z, 1e-10);
  EXPECT_NEAR(twice->slope, once->slope, 1e-14);
  EXPECT_NEAR(twice->deviation, once->deviation, 1e-10);
}

TEST(TrendTest, MakesTwoDeviationsTheGapBetweenTwoHalves) {
  TrendSum trend;
  add(trend, 10, 500, 150);
  add(trend, 110, 500, 50);
  const auto tested = test_trend(std::array{trend});
  EXPECT_NEAR(2 * tested->deviation * tested->slope, -0.2, 1e-12);
}

TEST(TrendTest, IsNotComputedWithoutContrast) {
  TrendSum same;
  add(same, 0.1, 100, 20);
  EXPECT_FALSE(test_trend(std::array{same}));
  TrendSum all_won;
  add(all_won, 1, 10, 10);
  add(all_won, 2, 10, 10);
  EXPECT_FALSE(test_trend(std::array{all_won}));
  EXPECT_FALSE(test_trend(std::array{TrendSum()}));
  EXPECT_FALSE(test_trend({}));
}

}  // namespace
}  // namespace fairrush::analysis
