#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace fairrush {
namespace {

using std::chrono::seconds;

TEST(ManualClock, StandsStillUntilItIsMoved) {
  const WallTime start{seconds(1'700'000'000)};
  ManualClock clock(start);
  EXPECT_EQ(clock.steady_now(), SteadyTime{});
  EXPECT_EQ(clock.wall_now(), start);
  clock.advance(seconds(5));
  EXPECT_EQ(clock.steady_now(), SteadyTime{seconds(5)});
  EXPECT_EQ(clock.wall_now(), start + seconds(5));
}

TEST(ManualClock, SetBackMovesOnlyTheWallClock) {
  ManualClock clock(WallTime{seconds(100)});
  clock.advance(seconds(10));
  clock.advance(-seconds(30));
  EXPECT_EQ(clock.steady_now(), SteadyTime{seconds(10)});
  EXPECT_EQ(clock.wall_now(), WallTime{seconds(80)});
}

TEST(RealClock, NeverRunsBackwards) {
  const RealClock clock;
  const SteadyTime first = clock.steady_now();
  EXPECT_GE(clock.steady_now(), first);
  EXPECT_GT(clock.wall_now().time_since_epoch(), seconds(1'600'000'000));
}

}  // namespace
}  // namespace fairrush
