#include "analysis/fairness/statistics/ranks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "tests/unit/analysis/fairness/statistics/made_up.hpp"

namespace fairrush::analysis {
namespace {

/// A round whose participants stand at a place in groups of `tied`.
RankSum ranks_of(const MadeUp& round, std::uint64_t tied = 1) {
  RankSum ranks;
  for (std::uint64_t first = 0; first < round.size; first += tied) {
    std::uint64_t wins = 0;
    for (std::uint64_t place = first; place < first + tied; ++place) wins += round.won(place);
    ranks.add(tied, wins);
  }
  return ranks;
}

TEST(RankTest, IsThatOfWilcoxonWithAndWithoutTies) {
  // wilcox.test of R; vectors/make_vectors.R.
  const MadeUp round{300, 7, 200};
  const std::array<RankSum, 1> single{ranks_of(round)};
  EXPECT_NEAR(test_ranks(single)->statistic, 0.478333333333, 1e-11);
  EXPECT_NEAR(test_ranks(single)->p_value, 0.603666258212, 1e-11);
  const std::array<RankSum, 1> tied{ranks_of(round, 3)};
  EXPECT_NEAR(test_ranks(tied)->statistic, 0.478333333333, 1e-11);
  EXPECT_NEAR(test_ranks(tied)->p_value, 0.603650168514, 1e-11);
}

TEST(RankTest, PoolsRoundsAfterVanElteren) {
  const std::array<RankSum, 2> rounds{ranks_of({300, 7, 200}), ranks_of({200, 11, 170})};
  EXPECT_NEAR(test_ranks(rounds)->statistic, 0.507914548143, 1e-11);
  EXPECT_NEAR(test_ranks(rounds)->p_value, 0.812826317517, 1e-11);
}

TEST(RankTest, IsZeroWhenWinnersComeFirstAndOneWhenTheyComeLast) {
  std::array<RankSum, 1> round;
  round[0].add(1, 1);
  round[0].add(1, 0);
  EXPECT_EQ(test_ranks(round)->statistic, 0);
  round[0] = {};
  round[0].add(1, 0);
  round[0].add(1, 1);
  EXPECT_EQ(test_ranks(round)->statistic, 1);
}

TEST(RankTest, CountsPairsWithTiesAsHalf) {
  // Pairs (winner, loser): the loser before, beside and after: (1 + ½ + 0)/3.
  std::array<RankSum, 1> round;
  round[0].add(1, 0);
  round[0].add(2, 1);
  round[0].add(1, 0);
  EXPECT_NEAR(test_ranks(round)->statistic, 0.5, 1e-12);
}

TEST(RankTest, HasThePublishedSpread) {
  for (const auto [members, spread] :
       {std::pair(300U, 0.0417), {3'000U, 0.0132}, {30'000U, 0.0042}, {500'000U, 0.0010}}) {
    RankSum ranks;
    for (unsigned place = 0; place < members; ++place) ranks.add(1, place % 5 == 0 ? 1 : 0);
    EXPECT_NEAR(std::sqrt(ranks.variance()), spread, 0.00006) << members;
  }
}

TEST(RankTest, IsNotComputedWithoutContrast) {
  std::array<RankSum, 1> round;
  EXPECT_FALSE(test_ranks(round));
  round[0].add(3, 3);
  EXPECT_FALSE(test_ranks(round));
  round[0] = {};
  round[0].add(2, 1);  // all stand together
  EXPECT_FALSE(test_ranks(round));
}

TEST(GapOfArea, IsTheGapBetweenHalvesWithOneChanceEach) {
  // Early half 15 %, late half 25 %, each with even ranks inside: the area follows from the counts.
  RankSum ranks;
  ranks.add(1000, 150);
  ranks.add(1000, 250);
  EXPECT_NEAR(gap_of_area(ranks.area(), 0.2), 0.10, 1e-12);
}

}  // namespace
}  // namespace fairrush::analysis
