#include "analysis/fairness/statistics/difference.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fairrush::analysis {
namespace {

/// Three rounds; what R says of them is in vectors/make_vectors.R.
constexpr std::array<Stratum, 3> kRounds{
    {{{300, 60}, {100, 12}}, {{280, 56}, {90, 15}}, {{310, 62}, {120, 22}}}};

TEST(PooledDifference, IsThatOfCochranMantelAndHaenszel) {
  const auto pooled = pooled_difference(kRounds);
  ASSERT_TRUE(pooled);
  EXPECT_NEAR(pooled->statistic, 5.2298312806279, 1e-11);
  EXPECT_NEAR(pooled->p_value, 0.0222026860145, 1e-11);
  EXPECT_NEAR(pooled->from_rest.of_one, -0.0645845654870, 1e-12);
  EXPECT_NEAR(pooled->from_rest.standard_error, 0.0282413142198, 1e-12);
  EXPECT_NEAR(pooled->from_all.of_one, -0.0419354838710, 1e-12);
  EXPECT_NEAR(pooled->from_all.standard_error, 0.0183374025672, 1e-12);
  EXPECT_NEAR(pooled->from_rest.interval(0.9).low, -0.1110373936114, 1e-12);
  EXPECT_NEAR(pooled->from_rest.interval(0.9).high, -0.0181317373626, 1e-12);
}

TEST(PooledDifference, SaysWhetherRoundsAgree) {
  const auto pooled = pooled_difference(kRounds);
  EXPECT_NEAR(pooled->heterogeneity, 2.006747666741, 1e-11);
  EXPECT_NEAR(pooled->heterogeneity_p, 0.366640368624, 1e-11);
  EXPECT_EQ(pooled->rounds, 3U);
}

TEST(PooledDifference, OfOneRoundIsTheDifferenceOfTheRates) {
  const std::array<Stratum, 1> round{{{{300, 60}, {100, 12}}}};
  EXPECT_NEAR(pooled_difference(round)->from_rest.of_one, 12.0 / 100 - 48.0 / 200, 1e-12);
  EXPECT_NEAR(pooled_difference(round)->from_all.of_one, 12.0 / 100 - 60.0 / 300, 1e-12);
  EXPECT_EQ(pooled_difference(round)->heterogeneity_p, 1);
}

TEST(PooledDifference, LeavesOutRoundsThatSayNothing) {
  const std::array<Stratum, 6> rounds{kRounds[0],
                                      {{300, 300}, {100, 100}},  // everyone won
                                      kRounds[1],
                                      {{300, 60}, {0, 0}},     // nobody of the group came
                                      {{300, 60}, {300, 60}},  // nobody else came
                                      kRounds[2]};
  EXPECT_NEAR(pooled_difference(rounds)->statistic, 5.2298312806279, 1e-11);
  EXPECT_EQ(pooled_difference(rounds)->rounds, 3U);
  EXPECT_FALSE(pooled_difference(std::span(rounds).subspan(3, 2)));
  EXPECT_FALSE(pooled_difference({}));
}

TEST(Equivalence, IsTheLargerOfTwoOneSidedTests) {
  const auto pooled = pooled_difference(kRounds);
  EXPECT_NEAR(equivalence_p(pooled->from_rest, 0.05), 0.697221749369, 1e-11);
  EXPECT_NEAR(equivalence_p(pooled->from_rest, 0.10), 0.104915684296, 1e-11);
}

TEST(Equivalence, AtFivePerCentIsTheNinetyPerCentIntervalInsideTheMargin) {
  const auto pooled = pooled_difference(kRounds);
  const double edge = -pooled->from_rest.interval(0.9).low;
  EXPECT_NEAR(equivalence_p(pooled->from_rest, edge), 0.05, 1e-9);
}

TEST(Strata, AreAGroupAgainstItsRoundAndEmptyWhereTheRoundLacksIt) {
  const std::vector<Groups> rounds{{{10, 2}, {20, 3}}, {{5, 1}}};
  const auto strata = strata_of(rounds, 1);
  ASSERT_EQ(strata.size(), 2U);
  EXPECT_EQ(strata[0].all.members, 30U);
  EXPECT_EQ(strata[0].group.wins, 3U);
  EXPECT_EQ(strata[1].all.members, 5U);
  EXPECT_EQ(strata[1].group.members, 0U);
}

}  // namespace
}  // namespace fairrush::analysis
