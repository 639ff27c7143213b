#include "loadgen/selftest/accuracy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairrush::loadgen {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kTook_ns = 5'000'000;

/// A thousand answers after 5 ms, reported so much later.
Observed reported(std::int64_t wire_error_ns, std::int64_t click_error_ns) {
  Observed observed{.target = "5ms",
                    .pacing = "precise",
                    .transport = "asio",
                    .wire = {},
                    .click = {},
                    .lag = {},
                    .wire_truth_ns = std::vector<std::uint64_t>(1000, kTook_ns),
                    .click_truth_ns = std::vector<std::uint64_t>(1000, kTook_ns),
                    .planned = 1000,
                    .rate_planned = 1000,
                    .rate_achieved = 1000};
  observed.wire.record(static_cast<std::uint64_t>(kTook_ns + wire_error_ns), 1000);
  observed.click.record(static_cast<std::uint64_t>(kTook_ns + click_error_ns), 1000);
  return observed;
}

TEST(Accuracy, IsTheReportedTimeLessTheTrueOneAtEveryQuantile) {
  Observed observed = reported(0, 0);
  observed.wire = {};
  observed.wire_truth_ns.clear();
  for (std::uint64_t place = 1; place <= 1000; ++place) {
    observed.wire_truth_ns.push_back((1001 - place) * 1'000'000);
    observed.wire.record(place * 1'000'000 + 70'000);
  }
  const CaseAccuracy accuracy = accuracy_of(std::move(observed));
  const std::uint64_t truths[] = {500'000'000, 900'000'000, 990'000'000, 999'000'000};
  for (std::size_t place = 0; place < kAccuracyQuantiles.size(); ++place) {
    EXPECT_EQ(accuracy.wire[place].truth_ns, truths[place]);
    // A bucket of the histogram is at most 0.1 % wide.
    EXPECT_GE(accuracy.wire[place].error_ns, 70'000);
    EXPECT_LE(accuracy.wire[place].error_ns,
              70'000 + static_cast<std::int64_t>(truths[place] / 1000));
  }
}

TEST(Accuracy, HoldsAtItsBars) {
  EXPECT_THAT(accuracy_of(reported(250'000, 250'000)).broken, ElementsAre());
  EXPECT_THAT(accuracy_of(reported(-250'000, 0)).broken, ElementsAre());
}

TEST(Accuracy, BreaksBeyondEachOfThem) {
  EXPECT_THAT(accuracy_of(reported(280'000, 0)).broken,
              ElementsAre(HasSubstr("p50 on the wire is ")));
  EXPECT_THAT(accuracy_of(reported(-280'000, 0)).broken, ElementsAre(HasSubstr("p50 on the wire")));
  EXPECT_THAT(accuracy_of(reported(0, 280'000)).broken,
              ElementsAre(HasSubstr("p50 from the click")));
  Observed late = reported(0, 0);
  late.wire.record(kTook_ns + 1'200'000, 11);
  late.wire_truth_ns.insert(late.wire_truth_ns.end(), 11, kTook_ns);
  late.planned = 1011;
  EXPECT_THAT(accuracy_of(std::move(late)).broken, ElementsAre(HasSubstr("p99 on the wire")));
}

TEST(Accuracy, ForgivesAnEconomicWorkerItsTick) {
  Observed economic = reported(0, 1'200'000);
  economic.click_p50_max_ns = 1'000'000;
  EXPECT_THAT(accuracy_of(economic).broken, ElementsAre());
  economic.click_p50_max_ns = 0;
  EXPECT_FALSE(accuracy_of(economic).broken.empty());
}

TEST(Accuracy, MissesRequestsThatWereNotAnsweredAndARateThatWasNotKept) {
  Observed lossy = reported(0, 0);
  lossy.planned = 1001;
  EXPECT_THAT(accuracy_of(lossy).broken, ElementsAre("1000 of 1001 requests were answered"));
  Observed slow = reported(0, 0);
  slow.rate_achieved = 989;
  EXPECT_THAT(accuracy_of(slow).broken, ElementsAre("989 requests a second instead of 1000"));
}

TEST(Accuracy, OfAWiringIsThatOfItsWorstCase) {
  const Accuracy all = accuracy_of_all(
      {accuracy_of(reported(-100'000, 20'000)), accuracy_of(reported(30'000, 240'000))});
  EXPECT_TRUE(all.passed);
  ASSERT_EQ(all.wirings.size(), 1U);
  EXPECT_NEAR(static_cast<double>(all.wirings.front().error_p50_ns), 100'000, 5'000);
  EXPECT_NEAR(static_cast<double>(all.wirings.front().click_error_p99_ns), 240'000, 5'000);
  EXPECT_THAT(trust_text(all), HasSubstr("over asio, precise pacing, 2 cases: "));
  const Accuracy bad = accuracy_of_all({accuracy_of(reported(900'000, 0))});
  EXPECT_FALSE(bad.passed);
  EXPECT_THAT(trust_text(bad), HasSubstr("5ms, precise, asio: p50 on the wire is "));
}

TEST(Accuracy, OfOneWiringIsNoneOfAnother) {
  Observed over_uring = reported(30'000, 40'000);
  over_uring.transport = "io_uring";
  Observed economic = reported(120'000, 130'000);
  economic.pacing = "economic";
  const Accuracy all =
      accuracy_of_all({accuracy_of(reported(900'000, 900'000)), accuracy_of(std::move(over_uring)),
                       accuracy_of(std::move(economic))});
  EXPECT_FALSE(all.passed);
  ASSERT_EQ(all.wirings.size(), 3U);
  EXPECT_FALSE(all.wirings[0].passed);
  EXPECT_EQ(all.wirings[1].transport, "io_uring");
  EXPECT_TRUE(all.wirings[1].passed);
  EXPECT_NEAR(static_cast<double>(all.wirings[1].error_p99_ns), 30'000, 5'000);
  EXPECT_EQ(all.wirings[2].pacing, "economic");
  EXPECT_NEAR(static_cast<double>(all.wirings[2].error_p99_ns), 120'000, 5'000);
}

TEST(Accuracy, OfNothingIsNotPassed) {
  EXPECT_FALSE(accuracy_of_all({}).passed);
}

}  // namespace
}  // namespace fairrush::loadgen
