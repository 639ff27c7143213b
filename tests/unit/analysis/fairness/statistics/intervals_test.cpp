#include "analysis/fairness/statistics/intervals.hpp"

#include <gtest/gtest.h>

namespace fairrush::analysis {
namespace {

// binom.test, prop.test(correct = FALSE) and the formula of Katz in R; vectors/make_vectors.R.

TEST(ClopperPearson, GivesThePublishedIntervals) {
  EXPECT_NEAR(clopper_pearson({300, 60}, 0.95).low, 0.156231301137, 1e-11);
  EXPECT_NEAR(clopper_pearson({300, 60}, 0.95).high, 0.249804401531, 1e-11);
  EXPECT_EQ(clopper_pearson({50, 0}, 0.95).low, 0);
  EXPECT_NEAR(clopper_pearson({50, 0}, 0.95).high, 0.0711217364642, 1e-12);
  EXPECT_NEAR(clopper_pearson({7, 7}, 0.99).low, 0.469117278544, 1e-11);
  EXPECT_EQ(clopper_pearson({7, 7}, 0.99).high, 1);
}

TEST(Wilson, GivesThePublishedIntervals) {
  EXPECT_NEAR(wilson({300, 60}, 0.95).low, 0.158656858967, 1e-11);
  EXPECT_NEAR(wilson({300, 60}, 0.95).high, 0.248928923768, 1e-11);
  EXPECT_NEAR(wilson({30'000, 6'000}, 0.95).low, 0.195512193526, 1e-11);
  EXPECT_NEAR(wilson({30'000, 6'000}, 0.95).high, 0.204564625814, 1e-11);
}

TEST(Wilson, StaysInsideZeroAndOne) {
  EXPECT_NEAR(wilson({5, 0}, 0.95).low, 0, 1e-12);
  EXPECT_NEAR(wilson({5, 5}, 0.95).high, 1, 1e-12);
}

TEST(RateRatio, IsThatOfKatz) {
  const RateRatio ratio = rate_ratio({115, 22}, {180, 37}, 0.9);
  EXPECT_NEAR(ratio.ratio, 0.930669800235, 1e-11);
  EXPECT_NEAR(ratio.interval.low, 0.625771588129, 1e-11);
  EXPECT_NEAR(ratio.interval.high, 1.384125283890, 1e-11);
}

TEST(RateRatio, AddsAHalfWhereAGroupHasNoWinner) {
  const RateRatio ratio = rate_ratio({50, 0}, {50, 9}, 0.9);
  EXPECT_NEAR(ratio.ratio, 0.0526315789474, 1e-12);
  EXPECT_NEAR(ratio.interval.low, 0.0049483019897, 1e-12);
  EXPECT_NEAR(ratio.interval.high, 0.5598047791468, 1e-12);
}

TEST(RateRatio, OfEveryoneIsOneWithoutDoubt) {
  EXPECT_EQ(rate_ratio({10, 10}, {20, 20}, 0.9).interval.low, 1);
}

}  // namespace
}  // namespace fairrush::analysis
