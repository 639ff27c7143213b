#include "server/overload/drain_pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A server that is looked at every ten milliseconds.
class PaceTest : public testing::Test {
 protected:
  /// Arrivals that are handed on at once, so many a look.
  void arrive(Duration time, std::uint64_t a_look) {
    for (const SteadyTime end = now_ + time; now_ < end;) {
      now_ += milliseconds(10);
      pace_.observe(now_, a_look, true, false);
    }
  }
  /// A long line whose service bears `most` claims a look. Returns those that were handed on.
  std::uint64_t drain(Duration time, std::uint64_t most, bool healthy = true) {
    std::uint64_t all = 0;
    for (const SteadyTime end = now_ + time; now_ < end;) {
      now_ += milliseconds(10);
      const std::uint64_t handed = std::min(pace_.allowance(now_), most);
      pace_.spend(handed);
      pace_.observe(now_, handed, healthy, true);
      all += handed;
    }
    return all;
  }

  SteadyTime now_{seconds(100)};
  DrainPace pace_;
};

TEST_F(PaceTest, BeginsWithTheRateThatWasSeenWhileAllWasWell) {
  arrive(seconds(2), 50);  // 5,000 a second
  EXPECT_NEAR(pace_.rate().per_second, 5'000, 100);
  now_ += milliseconds(10);
  const std::uint64_t drained = drain(milliseconds(100), 1'000);
  EXPECT_GE(drained, 450U);
  EXPECT_LE(drained, 800U) << "as fast, or half as fast again";
}

TEST_F(PaceTest, DoesNotTakeAQuietTimeForAllThatTheServiceCanBear) {
  arrive(seconds(2), 50);
  arrive(seconds(10), 0);
  EXPECT_NEAR(pace_.rate().per_second, 5'000, 100);
}

TEST_F(PaceTest, GrowsWhileTheServiceBearsIt) {
  const std::uint64_t first = drain(milliseconds(500), 1'000'000);
  const std::uint64_t second = drain(milliseconds(500), 1'000'000);
  const std::uint64_t third = drain(milliseconds(500), 1'000'000);
  EXPECT_GT(first, 20U) << "even a server that has seen nothing tries";
  EXPECT_GT(second, 2 * first);
  EXPECT_GT(third, 2 * second);
}

TEST_F(PaceTest, MeasuresWhatReallyGoesOn) {
  drain(seconds(5), 8);  // 800 a second, and not more
  EXPECT_NEAR(pace_.rate().per_second, 800, 40);
}

TEST_F(PaceTest, HoldsNoBurstBackForLater) {
  drain(seconds(5), 8);
  EXPECT_LE(drain(milliseconds(10), 1'000'000), 16U)
      << "at most half as much again as it has borne";
}

TEST_F(PaceTest, GivesWayWhenTheServiceIsNotWell) {
  drain(seconds(3), 1'000);
  const std::uint64_t well = drain(milliseconds(300), 1'000'000);
  const std::uint64_t unwell = drain(milliseconds(300), 1'000'000, false);
  const std::uint64_t still_unwell = drain(milliseconds(300), 1'000'000, false);
  EXPECT_LT(unwell, well);
  EXPECT_LT(still_unwell, unwell / 2);
  drain(seconds(10), 1'000'000, false);
  EXPECT_GT(drain(seconds(1), 1'000'000, false), 50U) << "it never stops trying";
}

}  // namespace
}  // namespace fairrush::server
