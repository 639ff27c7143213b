#include "reports/svg/scale.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace fairrush::reports {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> texts;
  for (const Tick& tick : ticks) texts.push_back(tick.label);
  return texts;
}

TEST(NiceStep, IsOneTwoOrFiveTimesAPowerOfTen) {
  EXPECT_DOUBLE_EQ(nice_step(10, 5), 2);
  EXPECT_DOUBLE_EQ(nice_step(1, 5), 0.2);
  EXPECT_DOUBLE_EQ(nice_step(1, 1), 1);
  EXPECT_DOUBLE_EQ(nice_step(61, 5), 20);
  EXPECT_DOUBLE_EQ(nice_step(30'000, 5), 10'000);
  EXPECT_DOUBLE_EQ(nice_step(6, 1), 10);
}

TEST(LinearTicks, AreRoundAndInsideTheExtent) {
  EXPECT_THAT(labels(linear_ticks({0, 2000}, 4)),
              ElementsAre("0", "500", "1,000", "1,500", "2,000"));
  EXPECT_THAT(labels(linear_ticks({-0.5, 1.1}, 4)), ElementsAre("-0.5", "0.0", "0.5", "1.0"));
}

TEST(LogarithmicTicks, ArePowersOfTenOverManyDecades) {
  EXPECT_THAT(labels(logarithmic_ticks({0.05, 2000})),
              ElementsAre("0.1", "1", "10", "100", "1,000"));
}

TEST(LogarithmicTicks, HaveTwosAndFivesOverFewDecades) {
  EXPECT_THAT(labels(logarithmic_ticks({0.5, 20})), ElementsAre("0.5", "1", "2", "5", "10", "20"));
}

TEST(Extents, ReachTheHighestValueAndStartAtZero) {
  const Extent extent = extent_from_zero(61);
  EXPECT_DOUBLE_EQ(extent.low, 0);
  EXPECT_DOUBLE_EQ(extent.high, 80);
}

TEST(Extents, AreNeverEmpty) {
  for (const double nothing : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                               std::numeric_limits<double>::infinity()}) {
    EXPECT_GT(extent_from_zero(nothing).high, extent_from_zero(nothing).low) << nothing;
    EXPECT_GT(logarithmic_extent(nothing, nothing).low, 0) << nothing;
  }
  const Extent one_value = logarithmic_extent(7, 7);
  EXPECT_GT(one_value.high, one_value.low);
}

TEST(Extents, HoldAllValuesOfALogarithmicAxis) {
  const Extent extent = logarithmic_extent(0.7, 163);
  EXPECT_DOUBLE_EQ(extent.low, 0.5);
  EXPECT_DOUBLE_EQ(extent.high, 200);
}

TEST(Scale, MapsLinearly) {
  const Scale scale = Scale::linear({0, 10}, {100, 200});
  EXPECT_DOUBLE_EQ(scale.at(0), 100);
  EXPECT_DOUBLE_EQ(scale.at(5), 150);
  EXPECT_DOUBLE_EQ(scale.at(10), 200);
}

TEST(Scale, MapsByLogarithm) {
  const Scale scale = Scale::logarithmic({1, 100}, {200, 0});
  EXPECT_DOUBLE_EQ(scale.at(1), 200);
  EXPECT_DOUBLE_EQ(scale.at(10), 100);
  EXPECT_DOUBLE_EQ(scale.at(100), 0);
}

TEST(Scale, PutsValuesBeyondItsRangeOnTheEdge) {
  const Scale scale = Scale::logarithmic({1, 100}, {0, 200});
  EXPECT_DOUBLE_EQ(scale.at(0), 0);
  EXPECT_DOUBLE_EQ(scale.at(1e9), 200);
}

TEST(WholeTicks, HaveNoDecimalsHoweverFewThereAre) {
  EXPECT_THAT(labels(whole_ticks({0, 3.5}, 10)), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(labels(whole_ticks({-0.5, 2.5}, 10)), ElementsAre("0", "1", "2"));
  EXPECT_THAT(labels(whole_ticks({0, 30.5}, 4)), ElementsAre("0", "10", "20", "30"));
}

}  // namespace
}  // namespace fairrush::reports
