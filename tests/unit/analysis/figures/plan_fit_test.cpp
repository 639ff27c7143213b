#include "analysis/figures/plan_fit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::uint32_t kUsers = 400;

/// Quantiles of a constant rate over the rush.
std::vector<std::int64_t> constant_rate() {
  std::vector<std::int64_t> quantiles;
  for (std::int64_t part = 0; part <= 100; ++part) quantiles.push_back(part * 100'000'000);
  return quantiles;
}

/// Everybody at the opening.
std::vector<std::int64_t> at_once() {
  return std::vector<std::int64_t>(101, 0);
}

/// Personas: 0 claims once by the shape, 1 never does.
RunBuilder run_with(std::vector<std::int64_t> rush) {
  RunBuilder run;
  ArrivalFacts& arrivals = run.facts.arrivals.emplace();
  arrivals.rush_quantiles_ns = std::move(rush);
  arrivals.claim_tries = {0, -1};
  return run;
}

/// Claims at a constant rate, changed by `change(user, claim)`.
RunBuilder even_claims(const std::function<void(std::uint32_t, Attempt&)>& change) {
  RunBuilder run = run_with(constant_rate());
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    Attempt attempt = claim(user).at(milliseconds(25 * user + 12)).loses();
    change(user, attempt);
    run.add(attempt);
  }
  return run;
}

void leave_late(Attempt& attempt, milliseconds late) {
  attempt.record().first_byte_out_ns += nanoseconds(late).count();
}

PlanFit fit_of(const RunBuilder& run) {
  const auto built = run.build();
  const auto fits = plan_fits(RunIndex(built->evidence.round(0)));
  return fits.empty() ? PlanFit{} : fits.back();
}

TEST(PlanFit, IsPerfectWhereEveryClickLeavesWhenTheShapeSays) {
  const PlanFit fit = fit_of(even_claims([](auto, Attempt&) {}));
  EXPECT_EQ(fit.clicks, kUsers);
  EXPECT_LE(fit.off_shape, 2.0 / kUsers);
  EXPECT_EQ(fit.off_plan, 0);
  EXPECT_EQ(fit.shift_max_ns, 0);
  EXPECT_TRUE(fit.holds());
}

TEST(PlanFit, TakesTheUsersDelayForTheNetworksAndNotTheInstruments) {
  const PlanFit fit =
      fit_of(even_claims([](auto, Attempt& attempt) { attempt.delayed(std::chrono::seconds(1)); }));
  EXPECT_EQ(fit.off_plan, 0);
}

TEST(PlanFit, GivesTheGreatestShareThatIsMissingAndHowLate) {
  // 300 ms at 40 claims a second.
  const PlanFit fit =
      fit_of(even_claims([](auto, Attempt& attempt) { leave_late(attempt, milliseconds(300)); }));
  EXPECT_NEAR(fit.off_plan, 12.0 / kUsers, 1e-9);
  EXPECT_NEAR(fit.off_plan_in_time, 10.0 / kUsers, 1e-9);
  EXPECT_EQ(fit.shift_max_ns, 300'000'000);
  EXPECT_TRUE(fit.holds());  // 3 % of the users: the load was as planned
}

TEST(PlanFit, SeesClicksThatLeaveTooSoon) {
  const PlanFit fit = fit_of(even_claims([](std::uint32_t user, Attempt& attempt) {
    if (user > 100) leave_late(attempt, milliseconds(-2000));
  }));
  EXPECT_NEAR(fit.off_plan, 80.0 / kUsers, 2.0 / kUsers);
  EXPECT_EQ(fit.shift_max_ns, -2'000'000'000);
  EXPECT_FALSE(fit.holds());
}

TEST(PlanFit, ForgivesFiftyMillisecondsHoweverSharpTheRush) {
  for (const auto& [late, holds] : {std::pair(50, true), std::pair(51, false)}) {
    RunBuilder run = run_with(at_once());
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      Attempt attempt = claim(user).at(milliseconds(0)).loses();
      leave_late(attempt, milliseconds(late));
      run.add(attempt);
    }
    const PlanFit fit = fit_of(run);
    EXPECT_EQ(fit.off_shape, 0);
    EXPECT_EQ(fit.off_plan, 1);
    EXPECT_EQ(fit.holds(), holds) << late;
  }
}

TEST(PlanFit, BreaksTheBarOnlyBeyondOneUserInTwenty) {
  for (const std::uint32_t late : {kUsers / 20, kUsers / 20 + 1}) {
    RunBuilder run = run_with(at_once());
    for (std::uint32_t user = 0; user < kUsers; ++user) {
      Attempt attempt = claim(user).at(milliseconds(0)).loses();
      if (user < late) leave_late(attempt, milliseconds(900));
      run.add(attempt);
    }
    EXPECT_EQ(fit_of(run).holds(), late == kUsers / 20);
  }
}

TEST(PlanFit, CountsWhatTheInstrumentNeverSentAsMissing) {
  const auto unsent = even_claims([](std::uint32_t user, Attempt& attempt) {
    if (user < 100) return;
    attempt.never_sent();
    attempt.record().reason = static_cast<std::uint16_t>(Reason::stopped_before_sending);
  });
  const PlanFit fit = fit_of(unsent);
  EXPECT_EQ(fit.unsent, 300U);
  EXPECT_NEAR(fit.off_plan_in_time, 0.75, 1e-9);
  // Not where somebody stopped the run.
  RunBuilder stopped = unsent;
  stopped.facts.interrupted = true;
  EXPECT_EQ(fit_of(stopped).clicks, 100U);
  EXPECT_EQ(fit_of(stopped).off_plan, 0);
}

TEST(PlanFit, LeavesOutWhatDidNotDependOnTheInstrument) {
  for (const Reason reason : {Reason::request_lost, Reason::connect_refused}) {
    const PlanFit fit = fit_of(even_claims([reason](std::uint32_t user, Attempt& attempt) {
      if (user % 2 == 0) return;
      attempt.never_sent();
      attempt.record().reason = static_cast<std::uint16_t>(reason);
    }));
    EXPECT_EQ(fit.clicks, kUsers / 2) << name_of(reason);
    EXPECT_TRUE(fit.holds());
  }
}

TEST(PlanFit, LeavesOutClicksThatNoShapeMoves) {
  RunBuilder run = even_claims([](auto, Attempt&) {});
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    run.add(claim(user).at(milliseconds(9'900)).retry(1).loses());
    Attempt of_a_bot = claim(kUsers + user).at(milliseconds(1)).loses();
    of_a_bot.record().persona = 1;
    run.add(of_a_bot);
  }
  const PlanFit fit = fit_of(run);
  EXPECT_EQ(fit.clicks, kUsers);
  EXPECT_TRUE(fit.holds());
}

TEST(PlanFit, FindsAPlanThatIsNotThatOfTheShape) {
  RunBuilder run = even_claims([](auto, Attempt&) {});
  for (std::int64_t& quantile : run.facts.arrivals->rush_quantiles_ns) quantile /= 2;
  const PlanFit fit = fit_of(run);
  EXPECT_NEAR(fit.off_shape, 0.5, 0.02);
  EXPECT_FALSE(fit.holds());
}

TEST(PlanFit, SaysNothingWithoutAShape) {
  RunBuilder run = even_claims([](auto, Attempt&) {});
  run.facts.arrivals.reset();
  const auto built = run.build();
  EXPECT_TRUE(plan_fits(RunIndex(built->evidence.round(0))).empty());
}

TEST(PlanFit, SaysNothingOfAClosedLoop) {
  RunBuilder run =
      even_claims([](auto, Attempt& attempt) { leave_late(attempt, milliseconds(700)); });
  run.facts.arrivals->rush_quantiles_ns.clear();
  run.facts.arrivals->rush_loop = 50;
  const auto built = run.build();
  EXPECT_TRUE(plan_fits(RunIndex(built->evidence.round(0))).empty());
  EXPECT_EQ(run.verdict("I20"), CheckVerdict::pass);
}

TEST(PlanFit, IsPartOfTheInstrumentsBar) {
  EXPECT_EQ(even_claims([](auto, Attempt&) {}).verdict("I20"), CheckVerdict::pass);
  const CheckResult late = even_claims([](auto, Attempt& attempt) {
                             leave_late(attempt, milliseconds(700));
                           }).check("I20");
  EXPECT_EQ(late.verdict, CheckVerdict::fail);
  EXPECT_THAT(late.finding,
              testing::HasSubstr("up to 6.5 % of the claims were off the plan by more than 50ms"));
}

TEST(PlanFit, IsPartOfTheInstrumentsBarInEveryRound) {
  const auto instrument_of = [](milliseconds second_late) {
    RunBuilder run = even_claims([](auto, Attempt&) {});
    run.rounds(2);
    RunBuilder late =
        even_claims([&](auto, Attempt& attempt) { leave_late(attempt, second_late); });
    for (Attempt& attempt : late.attempts()) run.add(attempt.in_round(1));
    const auto built = run.build();
    return assess(built->evidence).invariants.back();
  };
  const CheckResult fine = instrument_of(milliseconds(0));
  EXPECT_EQ(fine.verdict, CheckVerdict::pass) << fine.finding;
  EXPECT_THAT(fine.finding, testing::HasSubstr(", in the worst of 2 rounds"));
  const CheckResult late = instrument_of(milliseconds(700));
  EXPECT_EQ(late.id, "I20");
  EXPECT_EQ(late.verdict, CheckVerdict::fail) << late.finding;
}

TEST(PlanFit, IsNotTheInstrumentsFaultWhereClicksWaitedForTheTarget) {
  const auto late_with = [](std::uint64_t own_late) {
    RunBuilder run =
        even_claims([](auto, Attempt& attempt) { leave_late(attempt, milliseconds(700)); });
    run.facts.instrument.claims = {.sent = kUsers, .late = own_late};
    return run.check("I20");
  };
  const CheckResult held_by_target = late_with(kUsers / 20);
  EXPECT_EQ(held_by_target.verdict, CheckVerdict::pass);
  EXPECT_THAT(held_by_target.finding,
              testing::HasSubstr("as they waited for connections that the target held"));
  EXPECT_EQ(late_with(kUsers / 20 + 1).verdict, CheckVerdict::fail);
}

TEST(PlanFit, BlamesTheInstrumentForWhatItNeverSentAndNotForWhatTheTargetHeldBack) {
  const auto never_sent = [](Reason reason) {
    RunBuilder run = even_claims([reason](std::uint32_t user, Attempt& attempt) {
      if (user < 3 * kUsers / 4) return;
      attempt.never_sent();
      attempt.record().reason = static_cast<std::uint16_t>(reason);
    });
    run.facts.instrument.claims = {.sent = 3 * kUsers / 4, .late = 0};
    return run.verdict("I20");
  };
  EXPECT_EQ(never_sent(Reason::stopped_before_sending), CheckVerdict::fail);
  EXPECT_EQ(never_sent(Reason::ports_exhausted), CheckVerdict::fail);
  EXPECT_EQ(never_sent(Reason::descriptors_exhausted), CheckVerdict::fail);
  EXPECT_EQ(never_sent(Reason::connections_held), CheckVerdict::pass);
}

TEST(PlanFit, KeepsTheWorstOfSeveralRounds) {
  std::vector<PlanFit> fits;
  add_round(fits, {{.clicks = 10, .off_shape = 0.1, .off_shape_max = 0.5, .off_plan = 0.2}});
  add_round(
      fits,
      {{.clicks = 5, .off_shape = 0.2, .off_shape_max = 0.9, .off_plan = 0.1, .shift_max_ns = -7}});
  ASSERT_EQ(fits.size(), 1U);
  EXPECT_EQ(fits[0].clicks, 15U);
  EXPECT_EQ(fits[0].off_shape, 0.2);
  EXPECT_EQ(fits[0].off_shape_max, 0.9);
  EXPECT_EQ(fits[0].off_plan, 0.2);
  EXPECT_EQ(fits[0].shift_max_ns, -7);
}

}  // namespace
}  // namespace fairrush::analysis
