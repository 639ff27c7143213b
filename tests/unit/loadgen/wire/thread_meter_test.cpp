#include "loadgen/wire/thread_meter.hpp"

#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using namespace std::chrono_literals;

ThreadTimes times(Duration at, Duration cpu, std::optional<Duration> queued = std::nullopt) {
  return {.at = SteadyTime(at), .cpu = cpu, .queued = queued};
}

TEST(ThreadMeter, FindsTheBusiestSecondOfAnIdleThread) {
  ThreadMeter meter;
  for (const auto& [at, cpu] : {std::pair{0ms, 0ms},
                                {500ms, 1ms},
                                {1000ms, 2ms},
                                {1500ms, 452ms},
                                {2000ms, 902ms},
                                {9000ms, 903ms}}) {
    meter.look(times(at, cpu));
  }
  meter.finish(times(9'100ms, 1'003ms));
  EXPECT_DOUBLE_EQ(meter.use().share_max, 0.9);
}

TEST(ThreadMeter, TakesAllTheTimeOfAThreadThatLivedForLessThanASecond) {
  ThreadMeter meter;
  meter.look(times(10ms, 5ms));
  meter.look(times(110ms, 55ms));
  meter.finish(times(210ms, 65ms));
  EXPECT_DOUBLE_EQ(meter.use().share_max, 0.3);
}

TEST(ThreadMeter, MeasuresWaitingForAProcessorOverTheWholeTime) {
  ThreadMeter meter;
  meter.look(times(0s, 0s, 3s));
  meter.look(times(2s, 0s, 4s));
  meter.finish(times(8s, 0s, 5s));
  ASSERT_TRUE(meter.use().queued_share);
  EXPECT_DOUBLE_EQ(*meter.use().queued_share, 0.25);
}

TEST(ThreadMeter, SaysNothingOfWaitingThatNobodyCounts) {
  ThreadMeter meter;
  meter.look(times(0s, 0s));
  meter.finish(times(8s, 0s, 5s));
  EXPECT_FALSE(meter.use().queued_share);
}

TEST(ThreadMeter, IsNotDividedByAThreadThatDidNotLive) {
  ThreadMeter meter;
  meter.look(times(1s, 1s, 1s));
  meter.finish(times(1s, 1s, 1s));
  EXPECT_EQ(meter.use().share_max, 0);
}

TEST(QueuedTime, IsTheSecondNumberOfSchedstat) {
  EXPECT_EQ(parse_queued("105367 2824870 2\n"), 2'824'870ns);
  for (const char* text : {"", "1", "1 2", "1 x 3", "1 -2 3"}) {
    EXPECT_FALSE(parse_queued(text)) << text;
  }
}

TEST(ThreadTimes, ComeFromTheCallingThread) {
  const ThreadTimes now = thread_times(SteadyTime(7s));
  EXPECT_EQ(now.at, SteadyTime(7s));
  EXPECT_GT(now.cpu, Duration::zero());
}

}  // namespace
}  // namespace fairrush::loadgen
