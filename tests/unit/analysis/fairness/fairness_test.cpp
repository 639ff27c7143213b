#include "analysis/fairness/fairness.hpp"

#include <gtest/gtest.h>

#include "analysis/fairness/judgement.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

FairnessFigures figures_of(const RunBuilder& builder) {
  const auto run = builder.build();
  FairnessStudy study(run->evidence.facts);
  study.add(participants_of(RunIndex(run->evidence.round(0))));
  return study.figures();
}

/// `users` of two cohorts in turn; cohort 1 claims 100 ms after cohort 0, one user a millisecond.
/// `wins(user, cohort)` decides.
template <class Wins>
RunBuilder two_cohorts(std::uint32_t users, Wins wins) {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.2}, .count = {}};
  run.facts.cohorts = {{"fibre", 0.5, "5ms"}, {"mobile", 0.5, "60ms"}};
  run.with_ledger();
  for (std::uint32_t user = 0; user < users; ++user) {
    const auto cohort = static_cast<std::uint16_t>(user % 2);
    const auto arrival = milliseconds(user + 100 * cohort);
    run.add(reserved(user).cohort(cohort));
    Attempt attempt = claim(user).at(arrival).cohort(cohort);
    if (wins(user, cohort)) {
      run.add(attempt.wins("C" + std::to_string(user))).issued(user, "C" + std::to_string(user));
    } else {
      run.add(attempt.loses());
    }
  }
  return run;
}

TEST(FairnessFigures, CountRosterParticipantsAndWinners) {
  RunBuilder run = two_cohorts(100, [](std::uint32_t user, std::uint16_t) { return user < 20; });
  run.add(reserved(200)).add(reserved(201)).add(claim(201).unanswered());
  const FairnessFigures figures = figures_of(run);
  EXPECT_EQ(figures.reserved, 102U);
  EXPECT_EQ(figures.claimed, 101U);  // without the no-show
  EXPECT_EQ(figures.winners, 20U);
  EXPECT_DOUBLE_EQ(figures.rate_of_reserved, 20.0 / 102);
  EXPECT_DOUBLE_EQ(figures.rate_of_claimed, 20.0 / 101);
  EXPECT_DOUBLE_EQ(figures.intended_rate, 20.0 / 102);
}

TEST(FairnessFigures, LeaveOutIntrudersAndClaimsOutsideTheWindow) {
  RunBuilder run = two_cohorts(10, [](std::uint32_t user, std::uint16_t) { return user < 2; });
  run.add(claim(300).refused(Reason::not_reserved));
  run.add(reserved(301)).add(claim(301).at(std::chrono::seconds(20)).loses());
  run.add(reserved(302)).add(claim(302).at(-milliseconds(1)).refused(Reason::outside_window));
  const FairnessFigures figures = figures_of(run);
  EXPECT_EQ(figures.claimed, 10U);
  EXPECT_EQ(figures.reserved, 12U);
}

TEST(FairnessFigures, CountTheListForTheRosterAndLeaveOutWhoIsNotOnIt) {
  RunBuilder run;
  run.facts.quota.count = 2;
  run.listed(40).with_ledger();
  run.add(claim(1).wins("A")).issued(1, "A").add(claim(3).loses()).add(claim(5).loses());
  run.add(claim(2).wins("B")).issued(2, "B");
  const FairnessFigures figures = figures_of(run);
  EXPECT_EQ(figures.reserved, 40U);
  EXPECT_EQ(figures.claimed, 3U);
  EXPECT_EQ(figures.winners, 1U);
  EXPECT_DOUBLE_EQ(figures.rate_of_reserved, 1.0 / 40);
  EXPECT_DOUBLE_EQ(figures.intended_rate, 2.0 / 40);
}

TEST(FairnessFigures, SplitByCohortWithBandsFromTheHypergeometric) {
  const FairnessFigures figures =
      figures_of(two_cohorts(300, [](std::uint32_t user, std::uint16_t) { return user % 10 < 2; }));
  ASSERT_EQ(figures.cohorts.size(), 2U);
  EXPECT_EQ(figures.cohorts[0].label, "fibre");
  EXPECT_EQ(figures.cohorts[0].claimed, 150U);
  EXPECT_EQ(figures.cohorts[0].wins, 30U);
  EXPECT_DOUBLE_EQ(figures.cohorts[1].rate_of_claimed, 0.2);
  EXPECT_LT(figures.cohorts[0].band_low, 0.2);
  EXPECT_GT(figures.cohorts[0].band_high, 0.2);
  EXPECT_TRUE(figures.test("cohorts")->computed);
  EXPECT_NEAR(figures.test("cohorts")->p_value, 1, 1e-9);
  EXPECT_FALSE(figures.test("cohorts")->rejected);
}

TEST(FairnessFigures, ShowFirstComeFirstServedAsBiasByArrivalAndByCohort) {
  // 240 users; cohort 1 is 100 ms later: the first 60 arrivals are nearly all of cohort 0.
  const FairnessFigures figures = figures_of(two_cohorts(
      300, [](std::uint32_t user, std::uint16_t cohort) { return user + 100U * cohort < 80; }));
  EXPECT_EQ(figures.test("arrival")->statistic, 0);
  EXPECT_LT(figures.test("arrival")->p_value, 1e-12);
  EXPECT_GT(figures.test("cohorts")->effect, 20);
  const BiasJudgement judgement = judge_bias(figures);
  EXPECT_TRUE(judgement.biased);
  EXPECT_NE(judgement.reason.find("fibre won 26.7 % of the time, mobile 0.0 %"), std::string::npos)
      << judgement.reason;
  EXPECT_NE(judgement.reason.find("100.0 % of the pairs"), std::string::npos);
}

TEST(FairnessFigures, FindNoBiasWithinTheMargin) {
  RunBuilder run = two_cohorts(
      300, [](std::uint32_t user, std::uint16_t cohort) { return user + 20U * cohort < 200; });
  EXPECT_TRUE(judge_bias(figures_of(run)).biased);
  run.facts.fairness_margin = Share{1.0};
  EXPECT_FALSE(judge_bias(figures_of(run)).biased);
}

TEST(FairnessFigures, CutArrivalsIntoTenths) {
  const FairnessFigures figures =
      figures_of(two_cohorts(100, [](std::uint32_t user, std::uint16_t) { return user < 20; }));
  ASSERT_EQ(figures.arrival_deciles.size(), 10U);
  std::uint64_t members = 0;
  std::uint64_t wins = 0;
  for (const GroupRate& decile : figures.arrival_deciles) {
    members += decile.claimed;
    wins += decile.wins;
  }
  EXPECT_EQ(members, 100U);
  EXPECT_EQ(wins, 20U);
  EXPECT_EQ(figures.arrival_deciles.front().label, "0-10 %");
  EXPECT_EQ(figures.arrival_deciles.front().wins, 10U);
}

TEST(FairnessFigures, ResolveUnansweredClaimsOfParticipantsByTheLedger) {
  RunBuilder run;
  run.add(reserved(1)).add(claim(1).unanswered());
  run.add(claim(1).retry(1).at(milliseconds(300)).refused(Reason::overloaded));
  run.issued(1, "A").loser(2);
  const FairnessFigures figures = figures_of(run);
  EXPECT_EQ(figures.claimed, 2U);
  EXPECT_EQ(figures.winners, 1U);
}

TEST(FairnessFigures, TakeInUsersWithoutAnAnswerWhomTheLedgerSettles) {
  RunBuilder run = two_cohorts(20, [](std::uint32_t user, std::uint16_t) { return user < 4; });
  run.add(reserved(200)).add(claim(200).unanswered());
  run.add(reserved(201)).add(claim(201).unanswered()).issued(201, "A");
  const FairnessFigures figures = figures_of(run);
  EXPECT_EQ(figures.claimed, 22U);
  EXPECT_EQ(figures.winners, 5U);
  EXPECT_EQ(figures.cohorts[0].unanswered, 2U);
}

TEST(FairnessFigures, WithoutLedgerLeaveOutWhoHasAClaimInTheWindowThatNothingSettles) {
  RunBuilder run;
  run.add(reserved(1)).add(claim(1).refused(Reason::overloaded));
  run.add(claim(1).retry(1).at(milliseconds(300)).unanswered());
  run.add(reserved(2)).add(claim(2).at(-milliseconds(50)).unanswered());
  run.add(claim(2).retry(1).loses());
  const FairnessFigures open = figures_of(run);
  EXPECT_EQ(open.claimed, 1U);
  EXPECT_EQ(open.cohorts[0].unanswered, 1U);
  run.add(status(1).at(std::chrono::seconds(20)).shows_nothing());
  const FairnessFigures settled = figures_of(run);
  EXPECT_EQ(settled.claimed, 2U);
  EXPECT_EQ(settled.cohorts[0].unanswered, 0U);
}

TEST(FairnessFigures, OfAnEmptyRunSayWhatIsMissing) {
  const FairnessFigures figures = figures_of(RunBuilder());
  EXPECT_EQ(figures.claimed, 0U);
  EXPECT_FALSE(figures.test("cohorts")->computed);
  EXPECT_NE(figures.test("cohorts")->meaning.find("not tested"), std::string::npos);
  EXPECT_FALSE(figures.test("arrival")->computed);
  EXPECT_EQ(figures.rounds_needed, 0U);
  EXPECT_FALSE(judge_bias(figures).biased);
}

TEST(FairnessFigures, NameACohortThatTheFactsDoNotList) {
  RunBuilder run;
  run.add(reserved(1).cohort(2)).add(claim(1).cohort(2).loses());
  const FairnessFigures figures = figures_of(run);
  ASSERT_EQ(figures.cohorts.size(), 3U);
  EXPECT_EQ(figures.cohorts[2].label, "cohort 2");
}

}  // namespace
}  // namespace fairrush::analysis
