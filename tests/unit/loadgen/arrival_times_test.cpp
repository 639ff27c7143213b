#include "loadgen/schedule/arrival_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <ostream>
#include <span>
#include <string>
#include <vector>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kClicks = 20'000;

ArrivalSpec spec_of(Duration window) {
  return {.count = kClicks, .window = window, .seed = 7, .stream = Stream::claim_time};
}

TimeTable table_of(std::vector<Duration> times) {
  return std::make_shared<const std::vector<Duration>>(std::move(times));
}

/// A shape with what it needs, for any window.
Arrivals of_shape(ArrivalShape shape, Duration mean = 1s) {
  Arrivals arrivals;
  arrivals.pattern.shape = shape;
  arrivals.pattern.mean = mean;
  arrivals.pattern.file.times = table_of({0ms, 3ms, 7ms, 50ms, 51ms, 400ms, 9s});
  return arrivals;
}

/// All shapes whose clicks have times of their own.
std::vector<ArrivalShape> open_shapes() {
  std::vector<ArrivalShape> shapes;
  for (const ArrivalShapeRow& row : arrival_shapes()) {
    if (row.shape != ArrivalShape::closed) shapes.push_back(row.shape);
  }
  return shapes;
}

/// One of each shape after the other.
Arrivals of_every_shape(Duration window) {
  Arrivals arrivals;
  const auto shapes = open_shapes();
  const auto count = static_cast<int>(shapes.size());
  for (const ArrivalShape shape : shapes) {
    ArrivalStage stage;
    stage.pattern = of_shape(shape).pattern;
    stage.share = Share{1.0 / count};
    stage.length = window / count;
    arrivals.stages.push_back(std::move(stage));
  }
  arrivals.stages.back().length.reset();
  return arrivals;
}

std::vector<Duration> all_of(const Arrivals& arrivals, const ArrivalSpec& spec) {
  const auto times = make_arrival_times(arrivals, spec);
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

struct Load {
  std::string name;
  Arrivals arrivals;
};

std::vector<Load> loads() {
  std::vector<Load> loads;
  for (const ArrivalShape shape : open_shapes()) {
    loads.push_back({std::string(row_of(shape).name), of_shape(shape)});
  }
  loads.push_back({"stages", of_every_shape(10s)});
  return loads;
}

/// How GoogleTest shows a load.
void PrintTo(const Load& load, std::ostream* out) {
  *out << load.name;
}

class EveryShape : public testing::TestWithParam<Load> {};

TEST_P(EveryShape, AscendsInsideItsWindow) {
  const auto offsets = all_of(GetParam().arrivals, spec_of(10s));
  EXPECT_TRUE(std::ranges::is_sorted(offsets));
  EXPECT_GE(offsets.front(), 0s);
  EXPECT_LT(offsets.back(), 10s);
}

TEST_P(EveryShape, StaysInsideAWindowThatIsTooShortForIt) {
  Arrivals arrivals = GetParam().arrivals;
  arrivals.pattern.mean = 1h;
  const auto offsets = all_of(arrivals, spec_of(100ms));
  EXPECT_TRUE(std::ranges::is_sorted(offsets));
  EXPECT_LT(offsets.back(), 100ms);
}

TEST_P(EveryShape, GivesTheSameTimesAgainForTheSameSeed) {
  const Arrivals& arrivals = GetParam().arrivals;
  EXPECT_EQ(all_of(arrivals, spec_of(10s)), all_of(arrivals, spec_of(10s)));
}

TEST_P(EveryShape, ServesASingleClick) {
  ArrivalSpec one = spec_of(10s);
  one.count = 1;
  const auto offsets = all_of(GetParam().arrivals, one);
  EXPECT_GE(offsets.front(), 0s);
  EXPECT_LT(offsets.front(), 10s);
}

TEST_P(EveryShape, FollowsTheDistributionThatItStates) {
  const auto distribution = make_distribution(GetParam().arrivals, 10s);
  const auto offsets = all_of(GetParam().arrivals, spec_of(10s));
  // A share that falls on one instant has come after it, and not before.
  const auto n = static_cast<double>(offsets.size());
  for (std::size_t rank = 0; rank < offsets.size(); ++rank) {
    const auto t_ns = static_cast<double>(offsets[rank].count());
    ASSERT_GE(distribution->at(t_ns + 1), static_cast<double>(rank + 1) / n - kDistanceMax) << rank;
    ASSERT_LE(distribution->at(t_ns - 1), static_cast<double>(rank) / n + kDistanceMax) << rank;
  }
}

TEST_P(EveryShape, InvertsItsDistribution) {
  const auto distribution = make_distribution(GetParam().arrivals, 10s);
  EXPECT_EQ(distribution->at(-1), 0);
  EXPECT_EQ(distribution->at(1e10), 1);
  double last_ns = 0;
  for (int step = 0; step <= 1000; ++step) {
    const double part = step / 1000.0;
    const double t_ns = distribution->quantile(part);
    EXPECT_GE(t_ns, last_ns);
    EXPECT_GE(distribution->at(t_ns + 1), part - 1e-3);
    last_ns = t_ns;
    if (!distribution->has_density()) continue;
    EXPECT_NEAR(distribution->at(t_ns), part, GetParam().name == "trace" ? 0.5 / 7 + 1e-9 : 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, EveryShape, testing::ValuesIn(loads()),
                         [](const auto& load) { return load.param.name; });

TEST(Closed, StatesNoDistribution) {
  EXPECT_EQ(make_distribution(of_shape(ArrivalShape::closed), 10s), nullptr);
}

TEST(AtOnce, PutsEveryClickAtTheOpening) {
  const auto offsets = all_of(of_shape(ArrivalShape::at_once), spec_of(10s));
  EXPECT_EQ(offsets.front(), 0s);
  EXPECT_EQ(offsets.back(), 0s);
}

TEST(Uniform, PutsExactlyOneClickIntoEverySlot) {
  const auto offsets = all_of(of_shape(ArrivalShape::uniform), spec_of(10s));
  for (std::uint32_t slot = 0; slot < kClicks; ++slot) {
    const double place = seconds(offsets[slot]) / 10 * kClicks;
    ASSERT_GE(place, slot - 1e-3);
    ASSERT_LE(place, slot + 1 + 1e-3);
  }
}

TEST(Poisson, IsUniformOverTheWindowWithExponentialGaps) {
  const auto offsets = all_of(of_shape(ArrivalShape::poisson), spec_of(10s));
  EXPECT_LT(distance_from(offsets, [](double t) { return t / 10; }), kDistanceMax);
  std::vector<Duration> gaps(offsets.size());
  std::adjacent_difference(offsets.begin(), offsets.end(), gaps.begin());
  std::ranges::sort(gaps);
  const double rate = kClicks / 10.0;
  EXPECT_LT(distance_from(gaps, [rate](double gap) { return -std::expm1(-rate * gap); }),
            kDistanceMax);
}

TEST(FrontLoaded, IsExponentialCutOffAtTheWindow) {
  const auto offsets = all_of(of_shape(ArrivalShape::front_loaded), spec_of(2s));
  const double inside = -std::expm1(-2.0);
  EXPECT_LT(distance_from(offsets, [inside](double t) { return -std::expm1(-t) / inside; }),
            kDistanceMax);
}

TEST(FrontLoaded, EndsWithItsWindowHoweverFewClicksAreLeftByThen) {
  const auto distribution = make_distribution(of_shape(ArrivalShape::front_loaded, 10ms), 10s);
  EXPECT_EQ(distribution->quantile(1), 1e10);
}

TEST(Ramp, RaisesItsRateInAStraightLine) {
  Arrivals arrivals = of_shape(ArrivalShape::ramp);
  arrivals.pattern.from = 1;
  arrivals.pattern.to = 3;
  const auto offsets = all_of(arrivals, spec_of(10s));
  // The first half of the window has (1 + 2)/2 of (1 + 3)/2 · 2 of the clicks.
  const auto half = std::ranges::lower_bound(offsets, 5s) - offsets.begin();
  EXPECT_NEAR(static_cast<double>(half), kClicks * 3.0 / 8, 1);
  arrivals.pattern.to = 0;
  const auto falling = all_of(arrivals, spec_of(10s));
  EXPECT_NEAR(static_cast<double>(std::ranges::lower_bound(falling, 5s) - falling.begin()),
              kClicks * 3.0 / 4, 1);
}

TEST(Steps, GiveEveryLevelItsShareAtAConstantRate) {
  Arrivals arrivals = of_shape(ArrivalShape::steps);
  arrivals.pattern.levels = {0, 1, 0, 3};
  const auto offsets = all_of(arrivals, spec_of(8s));
  const auto until = [&offsets](Duration t) {
    return static_cast<double>(std::ranges::lower_bound(offsets, t) - offsets.begin());
  };
  EXPECT_EQ(until(2s), 0);
  EXPECT_NEAR(until(3s), kClicks / 8.0, 1);
  EXPECT_NEAR(until(4s), kClicks / 4.0, 1);
  EXPECT_NEAR(until(6s), kClicks / 4.0, 1);
  EXPECT_NEAR(until(7s), kClicks * 5 / 8.0, 1);
}

TEST(Spike, PutsItsBurstOnTopOfAConstantRate) {
  Arrivals arrivals = of_shape(ArrivalShape::spike);
  arrivals.pattern.burst = Share{0.4};
  arrivals.pattern.at = 2s;
  arrivals.pattern.width = 500ms;
  const auto offsets = all_of(arrivals, spec_of(10s));
  const auto between = [&offsets](Duration from, Duration to) {
    return static_cast<double>(std::ranges::lower_bound(offsets, to) -
                               std::ranges::lower_bound(offsets, from));
  };
  EXPECT_NEAR(between(2s, 2500ms), kClicks * (0.4 + 0.6 * 0.05), 2);
  EXPECT_NEAR(between(0s, 2s), kClicks * 0.6 * 0.2, 2);
  EXPECT_NEAR(between(5s, 10s), kClicks * 0.6 * 0.5, 2);
}

TEST(Trace, GivesItsTimesToAsManyUsersAsItHas) {
  Arrivals arrivals = of_shape(ArrivalShape::trace);
  ArrivalSpec spec = spec_of(10s);
  spec.count = static_cast<std::uint32_t>(arrivals.pattern.file.times->size());
  EXPECT_EQ(all_of(arrivals, spec), *arrivals.pattern.file.times);
}

TEST(Trace, IsThinnedOutForFewerAndFilledUpForMore) {
  std::vector<Duration> times;
  for (int place = 0; place < 1000; ++place) times.push_back(place * 1ms);
  Arrivals arrivals = of_shape(ArrivalShape::trace);
  arrivals.pattern.file.times = table_of(times);
  for (const std::uint32_t users : {10U, 100'000U}) {
    ArrivalSpec spec = spec_of(10s);
    spec.count = users;
    const auto offsets = all_of(arrivals, spec);
    for (std::uint32_t rank = 0; rank < users; ++rank) {
      ASSERT_NEAR(seconds(offsets[rank]), (rank + 0.5) / users, 1e-3) << users;
    }
  }
}

TEST(Stages, GiveEveryStageItsShareOfTheUsersInItsTime) {
  Arrivals arrivals;
  ArrivalStage calm{.pattern = {.shape = ArrivalShape::uniform}, .length = 6s, .share = Share{0.3}};
  ArrivalStage pause{.pattern = {.shape = ArrivalShape::uniform}, .length = 1s, .share = Share{0}};
  ArrivalStage rest{.pattern = {.shape = ArrivalShape::at_once}, .length = {}, .share = Share{0.7}};
  arrivals.stages = {calm, pause, rest};
  const auto offsets = all_of(arrivals, spec_of(10s));
  const auto before = std::ranges::lower_bound(offsets, 6s) - offsets.begin();
  EXPECT_EQ(before, kClicks * 3 / 10);
  EXPECT_EQ(std::ranges::count(offsets, Duration(7s)), kClicks * 7 / 10);
}

TEST(Stages, DrawEachStageAnew) {
  ArrivalStage stage{
      .pattern = {.shape = ArrivalShape::poisson}, .length = 5s, .share = Share{0.5}};
  Arrivals arrivals{.pattern = {}, .stages = {stage, stage}};
  const auto offsets = all_of(arrivals, spec_of(10s));
  std::uint32_t same = 0;
  for (std::uint32_t click = 0; click < kClicks / 2; ++click) {
    if (offsets[click] + 5s == offsets[kClicks / 2 + click]) ++same;
  }
  EXPECT_EQ(same, 0U);
}

}  // namespace
}  // namespace fairrush::loadgen
