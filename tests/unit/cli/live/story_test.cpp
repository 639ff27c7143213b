#include "cli/live/story.hpp"

#include <gtest/gtest.h>

#include "tests/unit/cli/live/sample_story.hpp"

namespace fairrush::cli {
namespace {

using News = RunStory::News;

TEST(RunStory, CutsTheRunIntoSeconds) {
  RunStory story = sample_story();
  EXPECT_EQ(story.see(rushing(two_claims()), kOpened + 400ms), News::none);
  auto busier = rushing(two_claims());
  busier.in_flight = 40;
  EXPECT_EQ(story.see(busier, kOpened + 800ms), News::none);
  EXPECT_EQ(story.see(rushing(two_claims()), kOpened + 1s), News::interval);
  EXPECT_EQ(story.see(rushing(two_claims()), kOpened + 2100ms), News::interval);
  const auto points = story.timeline().points();
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].at, 1s);
  EXPECT_EQ(points[0].in_flight, 40U) << "the most of the interval";
  EXPECT_EQ(points[1].length, 1100ms);
  EXPECT_EQ(points[1].in_flight, 4U);
}

TEST(RunStory, MeasuresEachIntervalByWhatWasAnsweredInIt) {
  RunStory story = sample_story();
  loadgen::Measurements measured = two_claims();
  story.see(rushing(measured), kOpened + 1s);
  for (int answer = 0; answer < 99; ++answer) measured.claims.record(1'000);
  measured.reservations.record(7'000);
  story.see(rushing(measured), kOpened + 2s);
  story.see(rushing(measured), kOpened + 3s);
  const auto points = story.timeline().points();
  ASSERT_TRUE(points[0].latencies);
  EXPECT_NEAR(static_cast<double>(points[0].latencies->at(3).count()), 300e6, 300e3);
  ASSERT_TRUE(points[1].latencies);
  EXPECT_EQ(points[1].latencies->at(0), 1us);
  EXPECT_NEAR(static_cast<double>(points[1].latencies->at(3).count()), 7'000, 7);
  EXPECT_FALSE(points[2].latencies) << "nothing was answered";
  EXPECT_FALSE(story.recent_latencies());
}

TEST(RunStory, AddsUpTheRounds) {
  RunStory story = sample_story();
  story.see(rushing(two_claims(), 0), kOpened + 1s);
  loadgen::Progress between;  // while the next round is prepared nobody clicks
  between.round = 1;
  story.see(between, kOpened + 2s);
  EXPECT_EQ(story.tally().users(CohortId(0)).won, 1U);
  story.see(rushing(two_claims(), 1), kOpened + 3s);
  story.see(rushing(two_claims(), 2), kOpened + 4s);
  EXPECT_EQ(story.tally().users(CohortId(0)).won, 3U);
  EXPECT_EQ(story.measured().claims.count(), 6U);
  EXPECT_TRUE(story.timeline().points()[3].latencies) << "a round's first answers are all new";
}

TEST(RunStory, ForgetsTheOldestNotices) {
  RunStory story = sample_story();
  for (std::size_t count = 0; count <= RunStory::kNoticesMax; ++count) {
    story.note(std::to_string(count));
  }
  EXPECT_EQ(story.notices().size(), RunStory::kNoticesMax);
  EXPECT_EQ(story.notices().front(), "1");
}

TimelinePoint second_of(unsigned number) {
  return {.at = std::chrono::seconds(number + 1),
          .length = 1s,
          .phase = loadgen::Phase::rushing,
          .round = 0,
          .done = number,
          .rate = Rate{number % 2 == 0 ? 10.0 : 20.0},
          .in_flight = number,
          .latencies = std::nullopt};
}

TEST(Timeline, OfALongRunHoldsLongerIntervalsInsteadOfMore) {
  Timeline timeline;
  unsigned rescaled = 0;
  for (unsigned number = 0; number < 10 * Timeline::kPointsMax; ++number) {
    rescaled += timeline.add(second_of(number)) ? 1 : 0;
    ASSERT_LE(timeline.points().size(), Timeline::kPointsMax);
  }
  EXPECT_GT(rescaled, 1U);
  EXPECT_EQ(timeline.interval(), Timeline::kFinest * (1 << rescaled));
  EXPECT_EQ(timeline.points().back().done, 10 * Timeline::kPointsMax - 1);
  Duration covered{};
  for (const TimelinePoint& point : timeline.points()) covered += point.length;
  EXPECT_EQ(covered, std::chrono::seconds(10 * Timeline::kPointsMax));
}

TEST(Timeline, PutsNeighboursTogetherByMeanRateAndTheWorstOfTheRest) {
  Timeline timeline;
  for (unsigned number = 0; number <= Timeline::kPointsMax; ++number) {
    TimelinePoint point = second_of(number);
    if (number == 0) point.latencies = WatchedLatencies{1us, 9us, 9us, 9us};
    if (number == 1) point.latencies = WatchedLatencies{2us, 3us, 4us, 10us};
    timeline.add(point);
  }
  const TimelinePoint& first = timeline.points().front();
  EXPECT_EQ(first.at, 2s);
  EXPECT_EQ(first.length, 2s);
  EXPECT_DOUBLE_EQ(first.rate.per_second, 15);
  EXPECT_EQ(first.in_flight, 1U);
  EXPECT_EQ(first.latencies, (WatchedLatencies{2us, 9us, 9us, 10us}));
  EXPECT_FALSE(timeline.points()[1].latencies);
}

}  // namespace
}  // namespace fairrush::cli
