#include "analysis/fairness/statistics/multiplicity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace fairrush::analysis {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

// p.adjust of R; vectors/make_vectors.R.
constexpr std::array kPValues{.0004, .03, .00017, .5, .011, .0004};

TEST(Holm, AdjustsAsRDoes) {
  EXPECT_THAT(
      holm_adjusted(kPValues),
      ElementsAre(DoubleNear(.002, 1e-12), DoubleNear(.06, 1e-12), DoubleNear(.00102, 1e-12),
                  DoubleNear(.5, 1e-12), DoubleNear(.033, 1e-12), DoubleNear(.002, 1e-12)));
}

TEST(Holm, NeverExceedsOneAndTakesNothing) {
  EXPECT_THAT(holm_adjusted(std::array{.9, .8}), ElementsAre(1, 1));
  EXPECT_THAT(holm_adjusted({}), IsEmpty());
}

TEST(BenjaminiHochberg, AdjustsAsRDoes) {
  EXPECT_THAT(
      benjamini_hochberg_adjusted(kPValues),
      ElementsAre(DoubleNear(.0008, 1e-12), DoubleNear(.036, 1e-12), DoubleNear(.0008, 1e-12),
                  DoubleNear(.5, 1e-12), DoubleNear(.0165, 1e-12), DoubleNear(.0008, 1e-12)));
}

TEST(BenjaminiHochberg, TakesNothing) {
  EXPECT_THAT(benjamini_hochberg_adjusted({}), IsEmpty());
}

}  // namespace
}  // namespace fairrush::analysis
