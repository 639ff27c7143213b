#include "analysis/figures/burst_spread.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/figures/instrument_bars.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kEpoch_ms = 1'795'302'000'000;
constexpr std::int64_t kOpening_ms = kTestRush.open_ns / 1'000'000;
constexpr std::int64_t kMillisecond_ns = 1'000'000;

/// Users who won with a claim sent so many milliseconds after the opening, and whose coupon the
/// target says it issued so many after it.
struct Winner {
  std::int64_t sent_ms;
  std::int64_t issued_ms;
};

RunBuilder run_of(const std::vector<Winner>& winners) {
  RunBuilder run;
  run.facts.epoch_ms = kEpoch_ms;
  run.facts.instrument.clock_error_ns = 2 * kMillisecond_ns;
  for (std::uint32_t user = 0; user < winners.size(); ++user) {
    const std::string coupon = "C" + std::to_string(user);
    run.add(reserved(user)).add(claim(user).at(milliseconds(winners[user].sent_ms)).wins(coupon));
    run.issued(user, coupon);
    run.ledger->back().issued_at_ms = kEpoch_ms + kOpening_ms + winners[user].issued_ms;
  }
  return run;
}

std::optional<BurstSpread> spread_of(const RunBuilder& run) {
  const auto built = run.build();
  return burst_spread(RunIndex(built->evidence.round(0)));
}

TEST(BurstSpread, SetsWhatWasSentAgainstWhatTheTargetSaysItIssued) {
  const auto burst = spread_of(run_of({{100, 103}, {200, 211}, {400, 907}}));
  ASSERT_TRUE(burst);
  EXPECT_EQ(burst->winners, 3U);
  EXPECT_EQ(burst->sent_spread_ns, 300 * kMillisecond_ns);
  EXPECT_EQ(burst->issued_spread_ns, 804 * kMillisecond_ns);
  EXPECT_EQ(burst->widened_ns(), 504 * kMillisecond_ns);
  EXPECT_EQ(burst->delay_p50_ns, 11 * kMillisecond_ns);
  EXPECT_EQ(burst->delay_p99_ns, 507 * kMillisecond_ns);
  EXPECT_EQ(burst->uncertainty_ns, 3 * kMillisecond_ns) << "the clocks', and a millisecond";
}

TEST(BurstSpread, LeavesTheFirstAndTheLastHundredthOut) {
  std::vector<Winner> winners(198, {100, 100});
  winners.push_back({0, 0});
  winners.push_back({9000, 9000});
  const auto burst = spread_of(run_of(winners));
  EXPECT_EQ(burst->sent_spread_ns, 0) << "of 200 the second to the 198th";
  EXPECT_EQ(burst->issued_spread_ns, 0);
}

TEST(BurstSpread, IsNoBetterKnownThanTheSecondsInWhichItIsWritten) {
  const auto burst = spread_of(run_of({{100, 1000}, {200, 2000}}));
  EXPECT_EQ(burst->uncertainty_ns, 1002 * kMillisecond_ns);
}

TEST(BurstSpread, TakesTheClaimThatMayHaveBroughtTheCoupon) {
  RunBuilder run = run_of({{500, 505}});
  run.add(claim(0).at(milliseconds(200)).unanswered());
  EXPECT_EQ(spread_of(run)->delay_p50_ns, 305 * kMillisecond_ns);
}

TEST(BurstSpread, IsBelowZeroWhereCouponsWereIssuedBeforeTheRush) {
  const auto burst = spread_of(run_of({{100, -4000}, {200, -4000}}));
  EXPECT_EQ(burst->delay_p50_ns, -4200 * kMillisecond_ns);
  EXPECT_EQ(burst->issued_spread_ns, 0);
  EXPECT_FALSE(burst->is_wider());
}

TEST(BurstSpread, IsUnknownWithoutTimesLedgerOrClaims) {
  EXPECT_FALSE(spread_of(run_of({})));
  RunBuilder timeless = run_of({{100, 103}});
  timeless.ledger->back().issued_at_ms.reset();
  EXPECT_FALSE(spread_of(timeless));
  RunBuilder virtual_time = run_of({{100, 103}});
  virtual_time.facts.epoch_ms.reset();
  EXPECT_FALSE(spread_of(virtual_time));
  RunBuilder phantom = run_of({});
  phantom.add(claim(1).loses()).issued(7, "C");
  phantom.ledger->back().issued_at_ms = kEpoch_ms;
  EXPECT_FALSE(spread_of(phantom)) << "nobody sent a claim for it";
}

TEST(BurstSpread, BearsATimeThatIsCenturiesOff) {
  RunBuilder run = run_of({{100, 103}});
  run.ledger->back().issued_at_ms = 9'000'000'000'000;
  EXPECT_GT(spread_of(run)->delay_p50_ns, kRecordTimeMax / 2);
}

TEST(BurstSpread, IsWiderOnlyBeyondWhatNobodyKnowsAndATenth) {
  BurstSpread burst{.sent_spread_ns = 500 * kMillisecond_ns,
                    .issued_spread_ns = 603 * kMillisecond_ns,
                    .uncertainty_ns = 3 * kMillisecond_ns};
  EXPECT_FALSE(burst.is_wider()) << "by 103 ms, and 3 are not known";
  burst.issued_spread_ns = 604 * kMillisecond_ns;
  EXPECT_TRUE(burst.is_wider());
  burst.sent_spread_ns = 5'000 * kMillisecond_ns;
  burst.issued_spread_ns = 5'500 * kMillisecond_ns;
  EXPECT_FALSE(burst.is_wider()) << "a tenth";
  burst.issued_spread_ns = 5'501 * kMillisecond_ns;
  EXPECT_TRUE(burst.is_wider());
}

TEST(BurstSpread, OfARunIsThatOfTheRoundThatWidenedMost) {
  std::optional<BurstSpread> widest;
  add_round(widest, std::nullopt);
  EXPECT_FALSE(widest);
  add_round(widest, BurstSpread{.round = 0, .sent_spread_ns = 10, .issued_spread_ns = 15});
  add_round(widest, BurstSpread{.round = 1, .sent_spread_ns = 90, .issued_spread_ns = 99});
  add_round(widest, BurstSpread{.round = 2, .sent_spread_ns = 90, .issued_spread_ns = 99});
  ASSERT_TRUE(widest);
  EXPECT_EQ(widest->round, 1U);
}

InstrumentBar bar_of(const RunFacts& facts, const std::optional<BurstSpread>& burst) {
  for (InstrumentBar& bar : instrument_bars(facts, burst)) {
    if (bar.what.contains("Burst")) return std::move(bar);
  }
  return {};
}

TEST(BurstBar, TellsWhoSpreadTheBurstAndGatesNothing) {
  const RunBuilder run = run_of({{100, 103}, {200, 900}});
  const InstrumentBar bar = bar_of(run.facts, spread_of(run));
  EXPECT_EQ(bar.subject, BarSubject::target);
  EXPECT_FALSE(bar.gates);
  EXPECT_FALSE(bar.held);
  EXPECT_THAT(bar.broken, HasSubstr("the target, or the way to it, spread the burst"));
  EXPECT_THAT(run.check("I20").finding, HasSubstr("spread the burst"));
  EXPECT_EQ(run.check("I20").verdict, CheckVerdict::pass);
}

TEST(BurstBar, IsHeldAndUnmeasuredWithoutTimes) {
  const InstrumentBar bar = bar_of(RunFacts{}, std::nullopt);
  EXPECT_TRUE(bar.held);
  EXPECT_TRUE(bar.measured.empty()) << bar.measured;
}

TEST(BurstBar, IsCrossedByAllShardsTogether) {
  RunBuilder run = run_of({{100, 103}, {200, 900}});
  run.facts.shards.resize(2);
  EXPECT_FALSE(bar_of(run.facts, spread_of(run)).held);
}

}  // namespace
}  // namespace fairrush::analysis
