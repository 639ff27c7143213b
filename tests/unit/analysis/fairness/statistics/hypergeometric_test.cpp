#include "analysis/fairness/statistics/hypergeometric.hpp"

#include <gtest/gtest.h>

#include <array>

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

TEST(Hypergeometric, GivesTheTwoSidedProbabilitiesOfFisher) {
  // fisher.test of R; vectors/make_vectors.R.
  const auto two_sided = [](Hypergeometric::Parameters parameters, std::uint64_t wins) {
    return Hypergeometric(parameters).two_sided(wins);
  };
  EXPECT_NEAR(two_sided({300, 60, 100}, 12), 0.0144583579167, 1e-12);
  EXPECT_NEAR(two_sided({300, 60, 100}, 29), 0.00883015387468, 1e-12);
  EXPECT_NEAR(two_sided({50, 10, 20}, 9), 0.000508509983234, 1e-14);
  EXPECT_NEAR(two_sided({3000, 30, 900}, 2), 0.00405635548352, 1e-12);
}

TEST(Hypergeometric, IsTwoSidedOneAtItsMode) {
  EXPECT_EQ(Hypergeometric({300, 60, 100}).two_sided(20), 1);
  EXPECT_EQ(Hypergeometric({10, 4, 10}).two_sided(4), 1);
}

}  // namespace
}  // namespace fairrush::analysis
