#include "analysis/figures/figures.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

TEST(OutcomeCounts, ListWhatOccurredOrderedByOperationOutcomeAndReason) {
  RunBuilder run;
  run.winner(1, "A").loser(2).loser(3).add(claim(4).refused(Reason::not_reserved));
  const auto built = run.build();
  const auto counts = outcome_counts(RunIndex(built->evidence.round(0)));
  ASSERT_EQ(counts.size(), 4U);
  EXPECT_EQ(counts[0].op, Op::reserve);
  EXPECT_EQ(counts[0].count, 3U);
  EXPECT_EQ(counts[1].outcome, Outcome::win);
  EXPECT_EQ(counts[2].reason, Reason::sold_out);
  EXPECT_EQ(counts[2].count, 2U);
  EXPECT_EQ(counts[3].reason, Reason::not_reserved);
}

TEST(LatencyFigures, MeasureTheUserFromTheClickAndTheWireFromTheFirstByte) {
  RunBuilder run;
  run.add(claim(1).answered_after(milliseconds(10)).delayed(milliseconds(50)).loses());
  run.add(claim(2).unanswered()).add(claim(3).never_sent());
  const auto built = run.build();
  const auto latencies = latency_figures(RunIndex(built->evidence.round(0)));
  ASSERT_EQ(latencies.size(), 1U);
  EXPECT_EQ(latencies[0].op, Op::claim);
  EXPECT_EQ(latencies[0].from_intended.count(), 1U);
  EXPECT_EQ(latencies[0].from_intended.max(), 110'000'000U);
  EXPECT_EQ(latencies[0].service.max(), 10'000'000U);
}

TEST(ClaimTraffic, CountsClaimsInFlightWithBothEndsIncluded) {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(100)).loses());  // until 110
  run.add(claim(2).at(milliseconds(110)).loses());  // until 120
  const auto built = run.build();
  const ClaimTraffic traffic(RunIndex(built->evidence.round(0)));
  const auto at = [&](std::int64_t ms) {
    return traffic.in_flight_at(kTestRush.open_ns + ms * 1'000'000);
  };
  EXPECT_EQ(at(99), 0U);
  EXPECT_EQ(at(100), 1U);
  EXPECT_EQ(at(110), 2U);
  EXPECT_EQ(at(120), 1U);
  EXPECT_EQ(at(121), 0U);
}

TEST(ClaimTraffic, HoldsAnUnansweredClaimInFlightUntilItsTimeout) {
  RunBuilder run;
  run.facts.attempt_timeout = milliseconds(500);
  run.add(claim(1).at(milliseconds(0)).unanswered());
  const auto built = run.build();
  const ClaimTraffic traffic(RunIndex(built->evidence.round(0)));
  EXPECT_EQ(traffic.in_flight_at(kTestRush.open_ns + 500'000'000), 1U);
  EXPECT_EQ(traffic.in_flight_at(kTestRush.open_ns + 500'000'001), 0U);
}

TEST(ClaimTraffic, FindsTheFullestSecondWhereverItBegins) {
  RunBuilder run;
  for (std::uint32_t ms : {100U, 600U, 1500U, 1599U, 1600U, 9000U}) {
    run.add(claim(ms).at(milliseconds(ms)).loses());
  }
  run.add(claim(1).at(-milliseconds(1)).refused(Reason::outside_window));
  const auto built = run.build();
  // 600 to 1599: the second is half open, so 1600 belongs to the next one.
  EXPECT_EQ(ClaimTraffic(RunIndex(built->evidence.round(0))).fullest_second(kTestRush), 3U);
  EXPECT_EQ(
      ClaimTraffic(RunIndex(RunBuilder().build()->evidence.round(0))).fullest_second(kTestRush),
      0U);
}

TimeSeries series_of(const RunBuilder& builder) {
  const auto run = builder.build();
  const RunIndex index(run->evidence.round(0));
  return time_series(index, ClaimTraffic(index));
}

TEST(TimeSeries, PutsEverythingIntoItsStep) {
  RunBuilder run;
  run.winner(1, "A").loser(2).add(claim(3).unanswered());
  run.add(claim(4).refused(Reason::not_reserved)).add(claim(5).never_sent());
  const TimeSeries series = series_of(run);
  EXPECT_EQ(series.step, milliseconds(20));  // 10.11 s in at most 600 points
  ASSERT_EQ(series.points.size(), 506U);
  // Sent at 10.10 s, answered at 10.11 s: the same step.
  const TimePoint& point = series.points.back();
  EXPECT_EQ(point.start_ns, 10'100'000'000);
  EXPECT_EQ(point.claims, 4U);
  EXPECT_EQ(point.wins, 1U);
  EXPECT_EQ(point.losses, 1U);
  EXPECT_EQ(point.refusals, 1U);
  EXPECT_EQ(point.indeterminate, 1U);
  EXPECT_EQ(point.in_flight_max, 4U);
  EXPECT_EQ(series.points[55].reservations, 2U);
  EXPECT_EQ(series.points[54].reservations, 0U);
}

TEST(TimeSeries, CarriesClaimsInFlightOverToLaterSteps) {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(0)).answered_after(milliseconds(100)).loses());
  const TimeSeries series = series_of(run);
  for (std::size_t place = 500; place <= 505; ++place) {
    EXPECT_EQ(series.points[place].in_flight_max, 1U) << place;
  }
  EXPECT_EQ(series.points[499].in_flight_max, 0U);
}

TEST(TimeSeries, NeverHasMorePointsThanAllowedNorStepsBelowTenMilliseconds) {
  for (std::int64_t length_ms :
       {0LL, 5'990LL, 6'000LL, 60'000LL, 3'600'000LL, 1'000'000'000'000LL}) {
    RunBuilder run;
    run.add(reserved(1));
    run.add(claim(1).at(milliseconds(length_ms)).loses());
    const TimeSeries series = series_of(run);
    EXPECT_LE(series.points.size(), kSeriesPointsMax);
    EXPECT_GE(series.step, milliseconds(10));
    EXPECT_GE(series.points.size(), 200U);
  }
}

/// A round of steps with so many claims each.
TimeSeries steps_of(Duration step, std::initializer_list<std::uint32_t> claims) {
  TimeSeries series{.step = step, .points = {}};
  for (const std::uint32_t count : claims) {
    const auto start = static_cast<std::int64_t>(series.points.size()) * step.count();
    series.points.push_back({.start_ns = start, .claims = count, .in_flight_max = count / 2});
  }
  return series;
}

TEST(LoadFigures, KeepTheBusiestRoundApartFromTheSumOfAll) {
  LoadFigures load;
  add_round(load, {steps_of(milliseconds(10), {4, 2}), 6}, 0);
  add_round(load, {steps_of(milliseconds(10), {8, 6}), 14}, 1);
  add_round(load, {steps_of(milliseconds(10), {6, 8, 2}), 14}, 2);
  EXPECT_EQ(load.rounds, 3U);
  EXPECT_EQ(load.busiest_round, 1U);  // the first of those with the fullest second
  EXPECT_EQ(load.claims_per_second_max, 14);
  EXPECT_EQ(load.busiest.points[0].claims, 8U);
  ASSERT_EQ(load.all.points.size(), 3U);
  EXPECT_EQ(load.all.points[0].claims, 18U);
  EXPECT_EQ(load.all.points[1].in_flight_max, 4U);
}

TEST(LoadFigures, GiveTheBusiestRoundTheStepOfAll) {
  LoadFigures load;
  add_round(load, {steps_of(milliseconds(10), {4, 2, 1}), 7}, 0);
  add_round(load, {steps_of(milliseconds(20), {3}), 3}, 1);
  EXPECT_EQ(load.busiest.step, load.all.step);
  ASSERT_EQ(load.busiest.points.size(), 2U);
  EXPECT_EQ(load.busiest.points[0].claims, 6U);
}

TEST(LoadFigures, PassOverRoundsWhoseAttemptsWereNotKept) {
  LoadFigures load;
  add_round(load, {}, 0);
  add_round(load, {steps_of(milliseconds(10), {4}), 4}, 1);
  EXPECT_EQ(load.rounds, 1U);
  EXPECT_EQ(load.busiest_round, 1U);
}

TEST(TimeSeries, OfAnEmptyHistoryIsEmpty) {
  EXPECT_TRUE(series_of(RunBuilder()).points.empty());
}

std::uint64_t seen(const RunBuilder& builder, Sighting sighting) {
  const auto run = builder.build();
  const RunIndex index(run->evidence.round(0));
  return sightings(index, ClaimTraffic(index)).at(static_cast<std::size_t>(sighting)).seen;
}

TEST(Sightings, OfARunThatRefusesEverythingAreMissing) {
  RunBuilder run;
  for (std::uint32_t user = 0; user < 5; ++user) {
    run.add(reserve(user).refused(Reason::other_refusal));
    run.add(claim(user).refused(Reason::other_refusal));
  }
  for (Sighting sighting :
       {Sighting::win, Sighting::loss, Sighting::rejected_duplicate, Sighting::refused_intruder,
        Sighting::refused_early_claim, Sighting::refused_late_claim,
        Sighting::identical_idempotent_answer, Sighting::contention_at_sell_out}) {
    EXPECT_EQ(seen(run, sighting), 0U) << name_of(sighting);
  }
}

TEST(Sightings, CountWhatTheHistoryShows) {
  RunBuilder run;
  run.winner(1, "A").loser(2);
  run.add(claim(1).retry(1).refused(Reason::already_claimed, "A"));
  run.add(reserve(1).retry(1).refused(Reason::duplicate_reservation, "token-1"));
  run.add(claim(3).refused(Reason::not_reserved));
  run.add(claim(4).at(-milliseconds(50)).refused(Reason::outside_window));
  run.add(claim(5).at(std::chrono::seconds(10)).refused(Reason::outside_window));
  EXPECT_EQ(seen(run, Sighting::win), 1U);
  EXPECT_EQ(seen(run, Sighting::loss), 1U);
  EXPECT_EQ(seen(run, Sighting::rejected_duplicate), 2U);
  EXPECT_EQ(seen(run, Sighting::refused_intruder), 1U);
  EXPECT_EQ(seen(run, Sighting::refused_early_claim), 1U);
  EXPECT_EQ(seen(run, Sighting::refused_late_claim), 1U);
}

TEST(Sightings, TakeAnAnswerAsIdenticalOnlyWithSameKeyOutcomeAndReceipt) {
  const auto answers = [](Attempt first, Attempt second) {
    RunBuilder run;
    run.add(std::move(first)).add(std::move(second));
    return seen(run, Sighting::identical_idempotent_answer);
  };
  EXPECT_EQ(answers(claim(1).key(7).wins("A"), claim(1).key(7).retry(1).wins("A")), 1U);
  EXPECT_EQ(answers(claim(1).key(7).loses(), claim(1).key(7).retry(1).loses()), 1U);
  EXPECT_EQ(answers(claim(1).key(7).wins("A"), claim(1).key(8).retry(1).wins("A")), 0U);
  EXPECT_EQ(answers(claim(1).key(7).wins("A"), claim(1).key(7).retry(1).wins("B")), 0U);
  EXPECT_EQ(answers(claim(1).key(7).wins("A"), claim(1).key(7).retry(1).loses()), 0U);
  EXPECT_EQ(answers(claim(1).key(7).wins("A"), claim(2).key(7).wins("A")), 0U);
  EXPECT_EQ(answers(claim(1).key(7).unanswered(), claim(1).key(7).retry(1).unanswered()), 0U);
}

TEST(Sightings, WantNineTenthsOfThePlannedClaimsInsideTheWindow) {
  RunBuilder run;
  for (std::uint32_t user = 0; user < 9; ++user) run.add(claim(user).loses());
  run.add(claim(9).never_sent());
  EXPECT_EQ(seen(run, Sighting::claims_inside_window), 9U);
  run.add(claim(10).never_sent());
  EXPECT_EQ(seen(run, Sighting::claims_inside_window), 0U);
}

TEST(Sightings, DoNotMissClaimsWhoseTurnInAClosedLoopDidNotCome) {
  RunBuilder run;
  for (std::uint32_t user = 0; user < 9; ++user) run.add(claim(user).loses());
  for (std::uint32_t user = 9; user < 90; ++user) {
    Attempt left = claim(user).never_sent();
    left.record().reason = static_cast<std::uint16_t>(Reason::no_turn);
    run.add(std::move(left));
  }
  EXPECT_EQ(seen(run, Sighting::claims_inside_window), 9U);
  run.add(claim(90).never_sent());
  run.add(claim(91).never_sent());
  EXPECT_EQ(seen(run, Sighting::claims_inside_window), 0U) << "nine of eleven";
}

TEST(Sightings, FindContentionOnlyWhenTwoClaimsMeetAtTheSellOut) {
  RunBuilder alone;
  alone.add(claim(1).at(milliseconds(100)).wins("A")).add(claim(2).at(milliseconds(200)).wins("B"));
  alone.add(claim(3).at(milliseconds(300)).loses());
  EXPECT_EQ(seen(alone, Sighting::contention_at_sell_out), 0U);
  alone.add(claim(4).at(milliseconds(205)).loses());  // in flight when the last coupon went
  EXPECT_EQ(seen(alone, Sighting::contention_at_sell_out), 2U);
}

TEST(Sightings, DoNotTakeARepeatedAnswerToAWinnerForTheSellOut) {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(100)).wins("A")).add(claim(2).at(milliseconds(105)).wins("B"));
  run.add(claim(3).at(milliseconds(112)).loses());  // until 122; the stock was gone at 115
  run.add(claim(1).retry(1).at(milliseconds(900)).wins("A"));
  EXPECT_EQ(seen(run, Sighting::contention_at_sell_out), 2U);
}

TEST(Sightings, FindNoContentionWhileStockIsLeft) {
  RunBuilder run;
  run.add(claim(1).wins("A")).add(claim(2).loses(Reason::not_drawn));
  EXPECT_EQ(seen(run, Sighting::contention_at_sell_out), 0U);
}

TEST(Sightings, SayWhetherTheScenarioAttemptsThem) {
  RunBuilder run;
  run.facts.attempted = {Sighting::loss};
  const auto built = run.build();
  const RunIndex index(built->evidence.round(0));
  const auto results = sightings(index, ClaimTraffic(index));
  ASSERT_EQ(results.size(), kSightings);
  EXPECT_FALSE(results[0].attempted);
  EXPECT_TRUE(results[1].attempted);
}

TEST(Sightings, TakeOnlyAUserWithoutReservationForARefusedIntruder) {
  RunBuilder run;
  run.add(reserved(1)).add(claim(1).refused(Reason::not_reserved));
  EXPECT_EQ(seen(run, Sighting::refused_intruder), 0U);
  run.add(reserve(2).refused(Reason::outside_window)).add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(seen(run, Sighting::refused_intruder), 1U);
}

TEST(Sightings, TakeOnlyAUserWhoIsNotOnTheListForARefusedIntruder) {
  RunBuilder run;
  run.listed().add(claim(1).refused(Reason::not_reserved));
  EXPECT_EQ(seen(run, Sighting::refused_intruder), 0U);
  run.add(claim(2).refused(Reason::not_reserved));
  EXPECT_EQ(seen(run, Sighting::refused_intruder), 1U);
}

TEST(ClaimTraffic, EndsAClaimWhoseConnectionBrokeWhenItWasSent) {
  for (Reason reason : {Reason::reset, Reason::closed_early}) {
    RunBuilder run;
    run.facts.attempt_timeout = milliseconds(500);
    run.add(claim(1).at(milliseconds(0)).unanswered(reason));
    const auto built = run.build();
    const ClaimTraffic traffic(RunIndex(built->evidence.round(0)));
    EXPECT_EQ(traffic.in_flight_at(kTestRush.open_ns), 1U);
    EXPECT_EQ(traffic.in_flight_at(kTestRush.open_ns + 1), 0U) << name_of(reason);
  }
}

TEST(Sightings, DoNotInventContentionFromABrokenConnection) {
  RunBuilder run;
  run.add(claim(3).at(milliseconds(50)).unanswered(Reason::reset));
  run.add(claim(1).at(milliseconds(100)).wins("A")).add(claim(2).at(milliseconds(200)).wins("B"));
  run.add(claim(4).at(milliseconds(300)).loses());
  EXPECT_EQ(seen(run, Sighting::contention_at_sell_out), 0U);
}

TEST(Sightings, CountRedemptionsAndRefusedSecondOnes) {
  RunBuilder run;
  run.winner(1, "A");
  EXPECT_EQ(seen(run, Sighting::redemption), 0U);
  run.add(redeem(1).key(1).redeems("A")).add(redeem(1).key(2).redeems_in_vain("A"));
  run.add(redeem(1).key(3).redeems_in_vain("B", Reason::unknown_coupon));
  EXPECT_EQ(seen(run, Sighting::redemption), 1U);
  EXPECT_EQ(seen(run, Sighting::refused_second_redemption), 1U);
}

TEST(Sightings, SayWhatUnansweredClaimsBecame) {
  RunBuilder run;
  run.add(claim(1).unanswered()).issued(1, "A").add(claim(2).unanswered());
  run.add(claim(3).unanswered()).add(claim(3).retry(1).wins("C")).issued(3, "C");
  EXPECT_EQ(seen(run, Sighting::info_became_win), 1U);
  EXPECT_EQ(seen(run, Sighting::info_became_none), 1U);
}

TEST(Sightings, WithoutLedgerTakeAStatusReadsWordForWhatUnansweredClaimsBecame) {
  RunBuilder run;
  run.add(claim(1).unanswered()).add(claim(2).unanswered());
  EXPECT_EQ(seen(run, Sighting::info_became_win), 0U);
  EXPECT_EQ(seen(run, Sighting::info_became_none), 0U);
  run.add(status(1).at(std::chrono::seconds(15)).shows("A"));
  run.add(status(2).at(std::chrono::seconds(15)).shows_nothing());
  EXPECT_EQ(seen(run, Sighting::info_became_win), 1U);
  EXPECT_EQ(seen(run, Sighting::info_became_none), 1U);
}

/// Two rounds in which so many users claim inside the window; the second plans the same again, of
/// whom some never send.
std::uint64_t inside_over_two_rounds(std::uint32_t first, std::uint32_t second,
                                     std::uint32_t unsent) {
  RunBuilder run;
  run.rounds(2);
  for (std::uint32_t user = 0; user < first; ++user) run.add(claim(user).loses());
  for (std::uint32_t user = 0; user < second; ++user) run.add(claim(user).in_round(1).loses());
  for (std::uint32_t user = 0; user < unsent; ++user) run.add(claim(user).in_round(1).never_sent());
  const Assessment assessment = assess(run.build()->evidence);
  return assessment.sightings.at(static_cast<std::size_t>(Sighting::claims_inside_window)).seen;
}

TEST(Sightings, WantThePlannedClaimsInsideTheWindowOfEveryRound) {
  EXPECT_EQ(inside_over_two_rounds(10, 10, 0), 20U);
  EXPECT_EQ(inside_over_two_rounds(10, 9, 1), 19U);
  EXPECT_EQ(inside_over_two_rounds(100, 8, 2), 0U);
}

/// Two rounds of ten users for two coupons; in the second everybody is refused, and there is
/// nothing to win when its plan is without claims.
SightingResult win_over_two_rounds(std::uint32_t refused, bool wins_again) {
  RunBuilder run;
  run.facts.attempted = {Sighting::win};
  run.rounds(2);
  for (std::uint32_t user = 0; user < 10; ++user) {
    run.add(user < 2 ? claim(user).wins("C" + std::to_string(user)) : claim(user).loses());
  }
  for (std::uint32_t user = 0; user < refused; ++user) {
    run.add(claim(user).in_round(1).refused(Reason::unauthorized));
  }
  if (wins_again) run.add(claim(50).in_round(1).wins("D"));
  return assess(run.build()->evidence).sightings.at(static_cast<std::size_t>(Sighting::win));
}

TEST(Sightings, WantAWinInEveryRoundInWhichOneIsPlanned) {
  EXPECT_EQ(win_over_two_rounds(10, true).seen, 3U);
  const SightingResult refused = win_over_two_rounds(10, false);
  EXPECT_TRUE(refused.attempted);
  EXPECT_EQ(refused.seen, 0U);
  EXPECT_EQ(refused.name, "a win in every round");
  EXPECT_EQ(win_over_two_rounds(0, false).seen, 2U);
}

TEST(Sightings, OfOneRoundCountForTheRun) {
  RunBuilder run;
  run.rounds(2).add(claim(1).in_round(1).wins("A")).issued(1, "A", 1);
  const Assessment assessment = assess(run.build()->evidence);
  EXPECT_EQ(assessment.sightings.at(static_cast<std::size_t>(Sighting::win)).seen, 1U);
  EXPECT_EQ(assessment.sightings.size(), kSightings);
}

VisibilityFigures visibility_of(const RunBuilder& builder) {
  const auto run = builder.build();
  return visibility_figures(RunIndex(run->evidence.round(0)));
}

TEST(Visibility, IsTheTimeFromTheAcknowledgementToTheFirstStableRead) {
  RunBuilder run;
  run.winner(1, "A");  // told at 110 ms
  run.add(status(1).at(milliseconds(200)).shows("A"));
  run.add(status(1).at(milliseconds(300)).shows_nothing());
  run.add(status(1).at(milliseconds(400)).shows("A"));
  run.add(status(1).at(milliseconds(500)).shows("A"));
  const VisibilityFigures figures = visibility_of(run);
  EXPECT_EQ(figures.from_acknowledgement.count(), 1U);
  EXPECT_EQ(figures.from_acknowledgement.max(), 300'000'000U);  // answered at 410 ms
  EXPECT_EQ(figures.never_stable, 0U);
}

TEST(Visibility, IsZeroWhenTheWalletWasFasterThanTheAnswer) {
  RunBuilder run;
  run.add(claim(1).at(milliseconds(100)).answered_after(milliseconds(900)).wins("A"));
  run.add(status(1).at(milliseconds(200)).shows("A"));
  EXPECT_EQ(visibility_of(run).from_acknowledgement.max(), 0U);
}

TEST(Visibility, CountsUsersWhoseLastReadWasStaleAndNobodyWhoDidNotRead) {
  RunBuilder run;
  run.winner(1, "A").winner(2, "B").loser(3);
  run.add(status(1).at(milliseconds(200)).shows("A"));
  run.add(status(1).at(milliseconds(300)).shows_nothing());
  run.add(status(3).at(milliseconds(300)).shows_nothing());
  const VisibilityFigures figures = visibility_of(run);
  EXPECT_EQ(figures.from_acknowledgement.count(), 0U);
  EXPECT_EQ(figures.never_stable, 1U);
}

TEST(Visibility, OfSeveralRoundsIsThatOfAllTheirUsers) {
  RunBuilder run;
  run.rounds(2);
  for (const std::uint32_t round : {0U, 1U}) {
    run.add(claim(1).in_round(round).wins("A" + std::to_string(round)));
    run.add(status(1).in_round(round).at(milliseconds(200)).shows("A" + std::to_string(round)));
  }
  EXPECT_EQ(assess(run.build()->evidence).visibility.from_acknowledgement.count(), 2U);
}

}  // namespace
}  // namespace fairrush::analysis
