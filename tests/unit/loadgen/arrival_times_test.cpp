#include "loadgen/schedule/arrival_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>
#include <span>
#include <vector>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kClicks = 20'000;

ArrivalSpec spec_of(Duration window, Duration mean = 1s) {
  return {
      .count = kClicks, .window = window, .mean = mean, .seed = 7, .stream = Stream::claim_time};
}

std::vector<Duration> all_of(ArrivalShape shape, const ArrivalSpec& spec) {
  const auto times = make_arrival_times(shape, spec);
  std::vector<Duration> offsets(spec.count);
  // Cut unevenly: that must not matter.
  const std::span all(offsets);
  const std::size_t some = std::min<std::size_t>(99, all.size());
  times->next(all.first(some / 2));
  times->next(all.subspan(some / 2, some - some / 2));
  times->next(all.subspan(some));
  return offsets;
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Largest distance between the clicks' empirical distribution and `cdf` (Kolmogorov–Smirnov).
template <class Cdf>
double distance_from(const std::vector<Duration>& offsets, Cdf cdf) {
  double distance = 0;
  for (std::size_t rank = 0; rank < offsets.size(); ++rank) {
    const double expected = cdf(seconds(offsets[rank]));
    const double n = static_cast<double>(offsets.size());
    distance = std::max({distance, std::abs(expected - static_cast<double>(rank) / n),
                         std::abs(expected - static_cast<double>(rank + 1) / n)});
  }
  return distance;
}

// The 99.9 % point of the Kolmogorov distribution is 1.95/√n; seeds are fixed, so this never
// flickers.
const double kDistanceMax = 1.95 / std::sqrt(kClicks);

}  // namespace

/// How GoogleTest shows a row.
void PrintTo(const ArrivalShapeRow& row, std::ostream* out) {
  *out << row.name;
}

namespace {

class EveryShape : public testing::TestWithParam<ArrivalShapeRow> {};

TEST_P(EveryShape, AscendsInsideItsWindow) {
  const auto offsets = all_of(GetParam().shape, spec_of(10s));
  EXPECT_TRUE(std::ranges::is_sorted(offsets));
  EXPECT_GE(offsets.front(), 0s);
  EXPECT_LT(offsets.back(), 10s);
}

TEST_P(EveryShape, StaysInsideAWindowMuchShorterThanItsMean) {
  const auto offsets = all_of(GetParam().shape, spec_of(100ms, 1h));
  EXPECT_TRUE(std::ranges::is_sorted(offsets));
  EXPECT_LT(offsets.back(), 100ms);
}

TEST_P(EveryShape, GivesTheSameTimesAgainForTheSameSeed) {
  EXPECT_EQ(all_of(GetParam().shape, spec_of(10s)), all_of(GetParam().shape, spec_of(10s)));
}

TEST_P(EveryShape, ServesASingleClick) {
  ArrivalSpec one = spec_of(10s);
  one.count = 1;
  const auto offsets = all_of(GetParam().shape, one);
  EXPECT_GE(offsets.front(), 0s);
  EXPECT_LT(offsets.front(), 10s);
}

INSTANTIATE_TEST_SUITE_P(Shapes, EveryShape,
                         testing::ValuesIn(arrival_shapes().begin(), arrival_shapes().end()),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(AtOnce, PutsEveryClickAtTheOpening) {
  const auto offsets = all_of(ArrivalShape::at_once, spec_of(10s));
  EXPECT_EQ(offsets.front(), 0s);
  EXPECT_EQ(offsets.back(), 0s);
}

TEST(Uniform, PutsExactlyOneClickIntoEverySlot) {
  const auto offsets = all_of(ArrivalShape::uniform, spec_of(10s));
  for (std::uint32_t slot = 0; slot < kClicks; ++slot) {
    const double place = seconds(offsets[slot]) / 10 * kClicks;
    ASSERT_GE(place, slot - 1e-3);
    ASSERT_LE(place, slot + 1 + 1e-3);
  }
}

TEST(Poisson, IsUniformOverTheWindowWithExponentialGaps) {
  const auto offsets = all_of(ArrivalShape::poisson, spec_of(10s));
  EXPECT_LT(distance_from(offsets, [](double t) { return t / 10; }), kDistanceMax);
  std::vector<Duration> gaps(offsets.size());
  std::adjacent_difference(offsets.begin(), offsets.end(), gaps.begin());
  std::ranges::sort(gaps);
  const double rate = kClicks / 10.0;
  EXPECT_LT(distance_from(gaps, [rate](double gap) { return -std::expm1(-rate * gap); }),
            kDistanceMax);
}

TEST(FrontLoaded, IsExponentialCutOffAtTheWindow) {
  const auto offsets = all_of(ArrivalShape::front_loaded, spec_of(2s, 1s));
  const double inside = -std::expm1(-2.0);
  EXPECT_LT(distance_from(offsets, [inside](double t) { return -std::expm1(-t) / inside; }),
            kDistanceMax);
}

}  // namespace
}  // namespace fairrush::loadgen
