#include "reports/text/instrument_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/reports/sample_run.hpp"

namespace fairrush::reports::testing {
namespace {

using ::testing::HasSubstr;

TEST(SelftestText, QuotesTheErrorOfTheWiring) {
  SampleRun run = proven_draw();
  EXPECT_THAT(selftest_text(run.facts),
              HasSubstr("error here, over io_uring with economic pacing, worst case: 0.024 ms"));
  run.facts.instrument.selftest.reset();
  EXPECT_THAT(selftest_text(run.facts), HasSubstr("over io_uring with economic pacing was not"));
  run.facts.instrument.wiring = {};
  EXPECT_THAT(selftest_text(run.facts), HasSubstr("on this machine was not measured"));
}

TEST(BurstText, SaysHowFarApartClaimsLeftAndWereServed) {
  SampleRun run = proven_draw();
  run.assessment.burst = analysis::BurstSpread{.round = 0,
                                               .winners = 59,
                                               .sent_spread_ns = 400'000'000,
                                               .issued_spread_ns = 900'000'000,
                                               .delay_p50_ns = -2'000'000,
                                               .delay_p99_ns = 510'000'000,
                                               .uncertainty_ns = 1'061'000};
  EXPECT_EQ(burst_text(input_of(run)),
            "The burst as the target saw it: 98 % of 59 winning claims left within 400 ms, and "
            "their coupons were issued within 900 ms: −2.00 ms after sending at p50, 510 ms at "
            "p99, each ± 1.06 ms.");
  run.facts.rounds.resize(3, run.facts.rounds.front());
  run.assessment.burst->round = 2;
  EXPECT_THAT(burst_text(input_of(run)), HasSubstr("saw it in round 3 of 3, which widened most: "));
  run.assessment.burst.reset();
  EXPECT_THAT(burst_text(input_of(run)), HasSubstr("nobody measured"));
}

}  // namespace
}  // namespace fairrush::reports::testing
