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

/// Puts its reader aside for a while between chosen readings.
class StutteringClock final : public Clock {
 public:
  SteadyTime steady_now() const override { return SteadyTime(time_ += Duration(1)); }
  WallTime wall_now() const override {
    if (readings_++ < 5) time_ += std::chrono::milliseconds(5);
    return WallTime(time_);
  }

 private:
  mutable Duration time_{};
  mutable int readings_ = 0;
};

TEST(ReadClocks, KeepsTheReadingDuringWhichItWasNotPutAside) {
  const StutteringClock clock;
  const ClockReading reading = read_clocks(clock);
  EXPECT_LT(reading.error, std::chrono::microseconds(1));
  const Duration apart = reading.wall.time_since_epoch() - reading.steady.time_since_epoch();
  EXPECT_LE(std::chrono::abs(apart), reading.error + Duration(1));
}

TEST(ReadClocks, IsExactOnAClockThatStandsStill) {
  ManualClock clock(WallTime(std::chrono::hours(5)));
  clock.advance(std::chrono::seconds(2));
  const ClockReading reading = read_clocks(clock);
  EXPECT_EQ(reading.error, Duration::zero());
  EXPECT_EQ(reading.steady, clock.steady_now());
  EXPECT_EQ(reading.wall, clock.wall_now());
}

}  // namespace
}  // namespace fairrush
