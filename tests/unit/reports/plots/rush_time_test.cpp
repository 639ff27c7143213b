#include "reports/plots/rush/rush_time.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "tests/unit/reports/sample_run.hpp"

namespace fairrush::reports::testing {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

/// A run whose time series has steps of a second and the rush from second 10 to 70.
SampleRun run_of_seconds(std::size_t seconds) {
  SampleRun run = empty_run();
  run.facts.rounds.front().rush = {10 * kSecondNs, 70 * kSecondNs};
  run.assessment.series.step = Duration{kSecondNs};
  for (std::size_t i = 0; i < seconds; ++i) {
    run.assessment.series.points.push_back({.start_ns = static_cast<std::int64_t>(i) * kSecondNs});
  }
  return run;
}

analysis::TimePoint& second(SampleRun& run, std::size_t index) {
  return run.assessment.series.points[index];
}

TEST(RushTime, IsEmptyWithoutClaims) {
  const SampleRun run = run_of_seconds(80);
  EXPECT_TRUE(rush_time(input_of(run)).bins.empty());
}

TEST(RushTime, StartsAtTheOpening) {
  SampleRun run = run_of_seconds(80);
  second(run, 12).claims = 5;
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().low, 0);
}

TEST(RushTime, StartsWithTheFirstEarlyClaim) {
  SampleRun run = run_of_seconds(80);
  second(run, 8).claims = 1;
  second(run, 12).claims = 5;
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().low, -2);
}

TEST(RushTime, EndsWhereNearlyAllClaimsWereSentAndCountsTheRest) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims = 900;
  second(run, 15).claims = 98;
  second(run, 75).claims = 2;
  const RushTime time = rush_time(input_of(run));
  EXPECT_DOUBLE_EQ(time.extent().high, 6);
  EXPECT_EQ(time.claims_later, 2u);
}

TEST(RushTime, DoesNotStretchForThoseWhoComeAfterTheClose) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims = 900;
  second(run, 71).claims = 100;
  const RushTime time = rush_time(input_of(run));
  EXPECT_DOUBLE_EQ(time.extent().high, 1);
  EXPECT_EQ(time.claims_later, 100u);
}

TEST(RushTime, ShowsTheWholeRushWhenEverybodyCameTooLate) {
  SampleRun run = run_of_seconds(80);
  second(run, 75).claims = 10;
  const RushTime time = rush_time(input_of(run));
  EXPECT_GE(time.extent().high, 65);
  EXPECT_EQ(time.claims_later, 0u);
}

TEST(RushTime, HoldsTheLastWin) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims = 1000;
  second(run, 20).wins = 1;
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().high, 11);
}

TEST(RushTime, SeesWinsThatEndBeforeTheClaims) {
  SampleRun run = run_of_seconds(80);
  for (std::size_t i = 10; i < 30; ++i) second(run, i).claims = 10;
  second(run, 11).wins = 10;
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, 2);
  second(run, 29).wins = 2;
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, std::nullopt);
}

TEST(RushTime, OverlooksAFewAnswersRepeatedToWinners) {
  SampleRun run = run_of_seconds(80);
  for (std::size_t i = 10; i < 30; ++i) second(run, i).claims = 10;
  second(run, 11).wins = 96;
  for (std::size_t i = 20; i < 24; ++i) second(run, i).wins = 1;
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, 2);
}

TEST(RushTime, LosesNoClaimWhenItJoinsSteps) {
  const SampleRun run = first_come();
  const RushTime time = rush_time(input_of(run));
  double claims = 0;
  for (const RushBin& bin : time.bins) claims += bin.claims_per_s * time.bin_s;
  EXPECT_NEAR(claims + static_cast<double>(time.claims_later), 30'000, 0.5);
}

TEST(RushTime, HasABoundedNumberOfBins) {
  SampleRun run = run_of_seconds(100'000);
  for (std::size_t i = 10; i < 100'000; ++i) second(run, i).claims = 10;
  EXPECT_LE(rush_time(input_of(run)).bins.size(), 120u);
}

}  // namespace
}  // namespace fairrush::reports::testing
