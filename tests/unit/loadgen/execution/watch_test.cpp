#include "loadgen/execution/watch.hpp"

#include <gtest/gtest.h>

#include "tests/unit/loadgen/wire/rehearsal.hpp"

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

TEST(PhaseAt, IsMeasuredFromTheBeginningOfItsOwnRound) {
  const Scenario scenario = short_scenario(2);  // lead 5 ms, reserve 40, pause 10, rush 40
  for (const Duration start : {Duration(0ms), Duration(1h)}) {
    const Plan plan(scenario, start > 0ms ? 1 : 0, start.count());
    const auto at = [&](Duration since_start) {
      return phase_at(plan, (start + since_start).count());
    };
    EXPECT_EQ(at(2ms).phase, Phase::preparing);
    EXPECT_EQ(at(2ms).elapsed, 2ms);
    EXPECT_EQ(at(2ms).length, 5ms);
    EXPECT_EQ(at(25ms).phase, Phase::reserving);
    EXPECT_EQ(at(25ms).elapsed, 20ms);
    EXPECT_EQ(at(25ms).length, 40ms);
    EXPECT_EQ(at(50ms).phase, Phase::waiting);
    EXPECT_EQ(at(50ms).length, 10ms);
    EXPECT_EQ(at(60ms).phase, Phase::rushing);
    EXPECT_EQ(at(60ms).elapsed, 5ms);
    EXPECT_EQ(at(100ms).phase, Phase::settling);
    EXPECT_EQ(at(100ms).elapsed, 5ms);
    EXPECT_EQ(at(100ms).length, 0ms) << "open-ended";
  }
}

}  // namespace
}  // namespace fairrush::loadgen
