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
  analysis::TimeSeries series{.step = Duration{kSecondNs}, .points = {}};
  for (std::size_t i = 0; i < seconds; ++i) {
    series.points.push_back({.start_ns = static_cast<std::int64_t>(i) * kSecondNs});
  }
  run.assessment.load = {.busiest = series, .rounds = 1, .all = series};
  return run;
}

/// A point of its only round, to be changed.
class Second {
 public:
  Second(SampleRun& run, std::size_t index) : load_(run.assessment.load), index_(index) {}

  Second& claims(std::uint32_t count) { return set(&analysis::TimePoint::claims, count); }
  Second& wins(std::uint32_t count) { return set(&analysis::TimePoint::wins, count); }

 private:
  Second& set(std::uint32_t analysis::TimePoint::* member, std::uint32_t count) {
    load_.busiest.points[index_].*member = load_.all.points[index_].*member = count;
    return *this;
  }

  analysis::LoadFigures& load_;
  std::size_t index_;
};

Second second(SampleRun& run, std::size_t index) {
  return {run, index};
}

TEST(RushTime, IsEmptyWithoutClaims) {
  const SampleRun run = run_of_seconds(80);
  EXPECT_TRUE(rush_time(input_of(run)).bins.empty());
}

TEST(RushTime, StartsAtTheOpening) {
  SampleRun run = run_of_seconds(80);
  second(run, 12).claims(5);
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().low, 0);
}

TEST(RushTime, StartsWithTheFirstEarlyClaim) {
  SampleRun run = run_of_seconds(80);
  second(run, 8).claims(1);
  second(run, 12).claims(5);
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().low, -2);
}

TEST(RushTime, EndsWhereNearlyAllClaimsWereSentAndCountsTheRest) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims(900);
  second(run, 15).claims(98);
  second(run, 75).claims(2);
  const RushTime time = rush_time(input_of(run));
  EXPECT_DOUBLE_EQ(time.extent().high, 6);
  EXPECT_EQ(time.claims_later, 2u);
}

TEST(RushTime, DoesNotStretchForThoseWhoComeAfterTheClose) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims(900);
  second(run, 71).claims(100);
  const RushTime time = rush_time(input_of(run));
  EXPECT_DOUBLE_EQ(time.extent().high, 1);
  EXPECT_EQ(time.claims_later, 100u);
}

TEST(RushTime, ShowsTheWholeRushWhenEverybodyCameTooLate) {
  SampleRun run = run_of_seconds(80);
  second(run, 75).claims(10);
  const RushTime time = rush_time(input_of(run));
  EXPECT_GE(time.extent().high, 65);
  EXPECT_EQ(time.claims_later, 0u);
}

TEST(RushTime, HoldsTheLastWin) {
  SampleRun run = run_of_seconds(80);
  second(run, 10).claims(1000);
  second(run, 20).wins(1);
  EXPECT_DOUBLE_EQ(rush_time(input_of(run)).extent().high, 11);
}

TEST(RushTime, SeesWinsThatEndBeforeTheClaims) {
  SampleRun run = run_of_seconds(80);
  for (std::size_t i = 10; i < 30; ++i) second(run, i).claims(10);
  second(run, 11).wins(10);
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, 2);
  second(run, 29).wins(2);
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, std::nullopt);
}

TEST(RushTime, OverlooksAFewAnswersRepeatedToWinners) {
  SampleRun run = run_of_seconds(80);
  for (std::size_t i = 10; i < 30; ++i) second(run, i).claims(10);
  second(run, 11).wins(96);
  for (std::size_t i = 20; i < 24; ++i) second(run, i).wins(1);
  EXPECT_EQ(rush_time(input_of(run)).wins_end_s, 2);
}

TEST(RushTime, LosesNoClaimWhenItJoinsSteps) {
  const SampleRun run = first_come();
  const RushTime time = rush_time(input_of(run));
  double claims = 0;
  for (const RushBin& bin : time.bins) claims += bin.claims_per_s * time.bin_s;
  EXPECT_NEAR(claims + static_cast<double>(time.claims_later), 30'000, 0.5);
}

/// Two rounds: a claim every second in the first, three a second in the second but for its end.
SampleRun two_rounds() {
  SampleRun run = run_of_seconds(80);
  const analysis::TimeSeries empty = run.assessment.load.all;
  run.assessment.load = {};
  for (const std::uint32_t number : {0U, 1U}) {
    analysis::TimeSeries round = empty;
    for (std::size_t i = 10; i < (number == 0 ? 40U : 30U); ++i) {
      round.points[i].claims = number == 0 ? 1 : 3;
      round.points[i].in_flight_max = number == 0 ? 7 : 2;
    }
    add_round(run.assessment.load, {round, number == 0 ? 1.0 : 3.0}, number);
  }
  return run;
}

TEST(RushTime, ShowsTheBusiestRoundAndTheMeanOfAllInsteadOfTheirSum) {
  const SampleRun run = two_rounds();
  const RushTime time = rush_time(input_of(run));
  ASSERT_FALSE(time.bins.empty());
  EXPECT_EQ(time.round, "round 2, the busiest of 2");
  EXPECT_EQ(time.rounds, 2U);
  EXPECT_EQ(time.bins[0].claims_per_s, 3);
  EXPECT_EQ(time.bins[0].claims_per_s_mean, 2);
  EXPECT_EQ(time.bins[0].in_flight_max, 2);
  EXPECT_EQ(time.bins[0].in_flight_any, 7);
  EXPECT_EQ(time.bins[25].claims_per_s, 0);
  EXPECT_EQ(time.bins[25].claims_per_s_mean, 0.5);
}

TEST(RushTime, NamesNoRoundWhereThereIsOne) {
  EXPECT_EQ(rush_time(input_of(first_come())).round, "");
  EXPECT_EQ(rush_time(input_of(first_come())).title("Claims"), "Claims over the rush");
}

TEST(RushTime, HasABoundedNumberOfBins) {
  SampleRun run = run_of_seconds(100'000);
  for (std::size_t i = 10; i < 100'000; ++i) second(run, i).claims(10);
  EXPECT_LE(rush_time(input_of(run)).bins.size(), 120u);
}

}  // namespace
}  // namespace fairrush::reports::testing
