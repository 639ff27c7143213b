// What becomes of coupons that nobody claims: the table in docs/simulation.md.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {
namespace {

using cli::NoShow;

constexpr std::uint32_t kRounds = 100;
constexpr double kShowUp = 0.4;
constexpr double kQuota = 0.2;

/// Rates over all rounds.
struct Totals {
  double claims = 0;
  double wins = 0;
  double leftover = 0;
  double early_wins = 0;  ///< in the first tenth of the arrivals of each round
  double early_claims = 0;
  double coupons = 0;

  double rate() const { return wins / claims; }
  double early_rate() const { return early_wins / early_claims; }
  /// Standard error of a rate over this many claims.
  double error(double rate) const { return std::sqrt(rate * (1 - rate) / claims); }
};

Totals play(const cli::SimulatedService& service) {
  Scenario scenario;
  scenario.name = "no-shows";
  scenario.users = 1'000;
  scenario.show_up = Share{kShowUp};
  scenario.attempt_timeout = std::chrono::minutes(2);  // a second draw keeps claims to the close
  scenario.personas = {{Persona::honest, Share{1.0}}};
  scenario.cohorts = {{"one", Share{1.0}, DelaySpec::fixed(std::chrono::milliseconds(5))}};
  scenario.arrivals.pattern.shape = ArrivalShape::poisson;
  SimulatedRush rush(scenario, service, {});
  Totals totals;
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    const SimulatedRound played = rush.simulator.play(round, Recording::none);
    const auto& arrivals = played.participants.by_arrival;
    for (std::size_t place = 0; place < arrivals.size(); ++place) {
      const double won = arrivals[place].won ? 1 : 0;
      totals.claims += 1;
      totals.wins += won;
      if (place >= arrivals.size() / 10) continue;
      totals.early_claims += 1;
      totals.early_wins += won;
    }
    totals.leftover += static_cast<double>(*played.facts.stock.remaining);
    totals.coupons += static_cast<double>(*played.facts.announced_coupons);
  }
  return totals;
}

Scenario half_come() {
  Scenario scenario;
  scenario.name = "half-come";
  scenario.users = 300;
  scenario.show_up = Share{0.5};
  scenario.personas = {{Persona::honest, Share{0.8}}, {Persona::retrier, Share{0.2}}};
  scenario.cohorts = {{"one", Share{1.0}, DelaySpec::fixed(std::chrono::milliseconds(5))}};
  scenario.arrivals.pattern.shape = ArrivalShape::poisson;
  return scenario;
}

TEST(NoShows, BreakNoInvariantUnderAnyPolicy) {
  for (const NoShow policy : {NoShow::hold, NoShow::second_draw, NoShow::release}) {
    cli::SimulatedService service{.design = "sealed-draw", .no_show = policy};
    service.release_after = std::chrono::seconds(20);
    SimulatedRush rush(half_come(), service, {});
    for (const analysis::CheckResult& check : rush.assess(3, Recording::full).invariants) {
      EXPECT_NE(check.verdict, analysis::CheckVerdict::fail) << check.id << ": " << check.finding;
    }
  }
}

TEST(NoShows, HearNothingOfASecondDrawBeforeItIsHeldHoweverOftenTheyAsk) {
  SimulatedRush rush(half_come(), {.design = "sealed-draw", .no_show = NoShow::second_draw}, {});
  const SimulatedRound played = rush.simulator.play(0, Recording::full);
  std::uint64_t timed_out = 0;
  for (const analysis::AttemptRecord& record : played.history.block().records) {
    if (record.operation() != analysis::Op::claim) continue;
    if (record.result() == analysis::Outcome::loss) {
      EXPECT_GE(record.answered_ns(), played.facts.rush.close_ns) << "user " << record.user;
    }
    if (record.why() == analysis::Reason::timeout) ++timed_out;
  }
  EXPECT_GT(timed_out, 0U);
}

TEST(NoShows, LetFirstComeFirstServedGiveCOverSAndLeaveNothing) {
  const Totals totals = play({.design = "ticket-list"});
  EXPECT_NEAR(totals.rate(), kQuota / kShowUp, 0.01);
  EXPECT_EQ(totals.leftover, 0);
  EXPECT_EQ(totals.early_rate(), 1);
}

TEST(NoShows, HeldByADrawLeaveEveryClaimantExactlyCOverN) {
  const Totals totals = play({.design = "sealed-draw"});
  EXPECT_NEAR(totals.rate(), kQuota, 4 * totals.error(kQuota));
  EXPECT_NEAR(totals.early_rate(), kQuota, 4 * totals.error(kQuota) * std::sqrt(10));
  // C(1 − S/N) expected.
  EXPECT_NEAR(totals.leftover / totals.coupons, 1 - kShowUp, 0.02);
}

TEST(NoShows, DrawnASecondTimeGiveCOverSInAllAndLeaveNothing) {
  const Totals totals = play({.design = "sealed-draw", .no_show = NoShow::second_draw});
  EXPECT_NEAR(totals.rate(), kQuota / kShowUp, 4 * totals.error(kQuota / kShowUp));
  EXPECT_NEAR(totals.early_rate(), kQuota / kShowUp, 0.04);
  EXPECT_EQ(totals.leftover, 0);
}

TEST(NoShows, ReleasedGoToWhoComesLate) {
  const Totals totals = play({.design = "sealed-draw",
                              .no_show = NoShow::release,
                              .release_after = std::chrono::seconds(30)});
  // Before the release everybody has C/N; after it whoever comes takes what is left.
  EXPECT_NEAR(totals.early_rate(), kQuota, 0.04);
  EXPECT_GT(totals.rate(), kQuota + 0.1);
  EXPECT_LT(totals.leftover / totals.coupons, 1 - kShowUp);
}

}  // namespace
}  // namespace fairrush::loadgen
