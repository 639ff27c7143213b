// Rounds given to the study as a simulator gives them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/analysis/fairness/drawn_rounds.hpp"

namespace fairrush::analysis {
namespace {

FairnessFigures figures_of(const DrawnRounds& rounds, std::uint32_t count,
                           const DrawnRounds::Weight& weight = nullptr) {
  const RunFacts facts = study_facts();
  FairnessStudy study(facts);
  for (std::uint32_t round = 0; round < count; ++round) study.add(rounds.round(round, weight));
  return study.figures();
}

const TestResult& test_in(const FairnessFigures& figures, std::string_view id) {
  const TestResult* test = figures.test(id);
  EXPECT_NE(test, nullptr) << id;
  static const TestResult kNone;
  return test == nullptr ? kNone : *test;
}

TEST(Study, MakesEveryTestOverFairRoundsAndRejectsNone) {
  const FairnessFigures figures = figures_of({.users = 3'000, .winners = 600}, 10);
  std::vector<std::string> primary;
  for (const TestResult& test : figures.tests) {
    EXPECT_TRUE(test.computed) << test.id;
    EXPECT_FALSE(test.rejected) << test.id << " " << test.meaning;
    EXPECT_GE(test.adjusted_p, test.p_value) << test.id;
    EXPECT_FALSE(test.meaning.empty()) << test.id;
    if (test.family == TestFamily::primary) primary.push_back(test.id);
  }
  EXPECT_EQ(primary, (std::vector<std::string>{"cohorts", "arrival", "latency", "tickets",
                                               "predictability", "luck"}));
  EXPECT_EQ(figures.tests.size(), 6 + 13U);
}

TEST(Study, AddsRoundsUp) {
  const FairnessFigures figures = figures_of({.users = 300, .winners = 60}, 7);
  EXPECT_EQ(figures.rounds, 7U);
  EXPECT_EQ(figures.reserved, 2'100U);
  EXPECT_EQ(figures.claimed, 2'100U);
  EXPECT_EQ(figures.winners, 420U);
  EXPECT_EQ(figures.by_round.size(), 7U);
  EXPECT_EQ(figures.by_round[3].winners, 60U);
  EXPECT_EQ(figures.cohorts[0].claimed, 1'400U);
  EXPECT_EQ(figures.users.users, 300U);
  ASSERT_EQ(figures.ticket_deciles.size(), 10U);
  EXPECT_EQ(figures.ticket_deciles[0].claimed, 210U);
  EXPECT_EQ(figures.spans.size(), 15U);  // twenty of 300 arrivals each
}

TEST(Study, ReportsWinsOfTheReservedAndOfThoseWhoClaimed) {
  const FairnessFigures figures = figures_of({.users = 1'000, .winners = 200, .show_up = 0.6}, 5);
  EXPECT_EQ(figures.reserved, 5'000U);
  EXPECT_NEAR(static_cast<double>(figures.claimed), 3'000, 150);
  EXPECT_DOUBLE_EQ(figures.rate_of_reserved, 0.2);
  EXPECT_NEAR(figures.rate_of_claimed, 1.0 / 3, 0.02);
  EXPECT_TRUE(test_in(figures, "luck").computed);
  EXPECT_FALSE(test_in(figures, "luck").rejected);
}

TEST(Study, FindsACohortThatIsFavoured) {
  const FairnessFigures figures =
      figures_of({.users = 30'000, .winners = 6'000}, 3,
                 [](const Participant& user, std::uint32_t) { return user.cohort == 0 ? 1.2 : 1; });
  for (const char* id : {"cohorts", "latency"}) {
    EXPECT_TRUE(test_in(figures, id).rejected) << id;
    EXPECT_TRUE(test_in(figures, id).material) << id;
  }
  EXPECT_FALSE(test_in(figures, "tickets").rejected);
  EXPECT_FALSE(test_in(figures, "luck").rejected && test_in(figures, "luck").effect < 1);
  EXPECT_LT(figures.impact.ratio, 0.9);
  EXPECT_EQ(figures.impact.best, "fibre");
  EXPECT_EQ(figures.impact.level, ImpactLevel::low);
}

TEST(Study, FindsWinnersWhoStickOverRounds) {
  const FairnessFigures figures = figures_of(
      {.users = 3'000, .winners = 600}, 4,
      [](const Participant& user, std::uint32_t) { return user.user % 7 == 3 ? 3.0 : 1.0; });
  const TestResult& luck = test_in(figures, "luck");
  EXPECT_TRUE(luck.rejected && luck.material);
  EXPECT_GT(luck.effect, 1.05);
  EXPECT_GT(*luck.effect_pp, 5);
  EXPECT_TRUE(test_in(figures, "repeat-winners").rejected);
  EXPECT_FALSE(test_in(figures, "arrival").rejected);
}

TEST(Study, FindsWinnersWhoStickThoughUsersMissRounds) {
  const FairnessFigures figures = figures_of(
      {.users = 3'000, .winners = 400, .show_up = 0.5}, 8,
      [](const Participant& user, std::uint32_t) { return user.user % 7 == 3 ? 3.0 : 1.0; });
  EXPECT_TRUE(test_in(figures, "luck").rejected);
}

/// One round in which exactly these win, by user and place of arrival.
template <class Wins>
FairnessFigures decided(std::uint32_t users, Wins wins) {
  const RunFacts facts = study_facts();
  RoundParticipants round = DrawnRounds{.users = users, .winners = 0}.round(0);
  for (std::uint32_t place = 0; place < users; ++place) {
    round.by_arrival[place].won = wins(round.by_arrival[place], place);
  }
  FairnessStudy study(facts);
  study.add(round);
  return study.figures();
}

TEST(Study, FindsEveryFifthWinnerByArrivalAndByTicket) {
  const FairnessFigures arrival =
      decided(300, [](const Participant&, std::uint32_t place) { return place % 5 == 4; });
  EXPECT_TRUE(test_in(arrival, "predictability").rejected);
  EXPECT_EQ(test_in(arrival, "predictability").effect_pp, 100);
  EXPECT_NE(test_in(arrival, "predictability").meaning.find("order of arrival modulo 5"),
            std::string::npos);
  EXPECT_FALSE(test_in(arrival, "cohorts").rejected);
  EXPECT_FALSE(test_in(arrival, "arrival").rejected);
  const FairnessFigures ticket =
      decided(300, [](const Participant& user, std::uint32_t) { return user.user % 5 == 4; });
  EXPECT_NE(test_in(ticket, "predictability").meaning.find("ticket number modulo 5"),
            std::string::npos);
}

TEST(Study, FindsTheFirstTicketsFavouredByAModulo) {
  // A 16-bit number modulo 30,000: the first 5,536 tickets have three chances, the others two.
  const FairnessFigures figures = figures_of(
      {.users = 30'000, .winners = 6'000}, 1,
      [](const Participant& user, std::uint32_t) { return user.reservation < 5'536 ? 1.5 : 1.0; });
  const TestResult& tickets = test_in(figures, "tickets");
  EXPECT_TRUE(tickets.rejected && tickets.material) << tickets.meaning;
  EXPECT_NE(tickets.meaning.find("at 0-10 % won"), std::string::npos) << tickets.meaning;
  EXPECT_FALSE(test_in(figures, "arrival").rejected);
}

TEST(Study, FindsFirstComeFirstServed) {
  const FairnessFigures figures =
      decided(300, [](const Participant&, std::uint32_t place) { return place < 60; });
  EXPECT_EQ(test_in(figures, "arrival").statistic, 0);
  EXPECT_NEAR(*test_in(figures, "arrival").effect_pp, 64, 1e-9);
  EXPECT_TRUE(test_in(figures, "arrival-tenths").rejected);
  EXPECT_TRUE(test_in(figures, "arrival-time").rejected);
}

TEST(Study, FindsUsersWhoTakeTurnsWithoutCallingThemLucky) {
  const RunFacts facts = study_facts();
  FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < 5; ++number) {
    RoundParticipants round = DrawnRounds{.users = 1'000, .winners = 0}.round(number);
    for (Participant& user : round.by_arrival) user.won = (user.user * 7 / 3) % 5 == number;
    study.add(round);
  }
  const FairnessFigures figures = study.figures();
  EXPECT_TRUE(test_in(figures, "turns").rejected);
  EXPECT_FALSE(test_in(figures, "luck").rejected);
}

TEST(Study, GivesUsersWhoTakeTurnsNoDifferenceInChances) {
  const RunFacts facts = study_facts();
  FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < 5; ++number) {
    RoundParticipants round = DrawnRounds{.users = 1'000, .winners = 0}.round(number);
    for (Participant& user : round.by_arrival) user.won = user.user % 5 == number;
    study.add(round);
  }
  const FairnessFigures figures = study.figures();
  const TestResult& luck = test_in(figures, "luck");
  EXPECT_NEAR(luck.effect, 0, 1e-6);
  EXPECT_EQ(luck.effect_pp, 0);
  EXPECT_NE(luck.meaning.find("nobody is luckier"), std::string::npos) << luck.meaning;
}

TEST(Study, DoesWithoutTicketsWhereNobodyReserved) {
  const RunFacts facts = study_facts();
  RoundParticipants round = DrawnRounds().round(0);
  for (Participant& user : round.by_arrival) user.reservation = 0;
  FairnessStudy study(facts);
  study.add(round);
  const FairnessFigures figures = study.figures();
  EXPECT_FALSE(test_in(figures, "tickets").computed);
  EXPECT_NE(test_in(figures, "tickets").meaning.find("order of reservation"), std::string::npos);
  EXPECT_TRUE(figures.ticket_deciles.empty());
  EXPECT_EQ(figures.test("ticket-order"), nullptr);
}

TEST(Study, TakesRoundsInWhichNobodyCameOrEverybodyWon) {
  const RunFacts facts = study_facts();
  FairnessStudy study(facts);
  study.add({});
  study.add(DrawnRounds{.users = 50, .winners = 50}.round(0));
  study.add(DrawnRounds{.users = 300, .winners = 60}.round(1));
  study.add({});
  const FairnessFigures figures = study.figures();
  EXPECT_EQ(figures.rounds, 4U);
  EXPECT_EQ(figures.winners, 110U);
  EXPECT_TRUE(test_in(figures, "cohorts").computed);
  EXPECT_FALSE(test_in(figures, "cohorts").rejected);
  FairnessStudy nothing(facts);
  EXPECT_EQ(nothing.figures().rounds, 0U);
  EXPECT_EQ(nothing.figures().rounds_needed, 0U);
}

TEST(Study, CutsTheRushIntoSpansWithAsManyArrivalsEach) {
  RunFacts facts = study_facts();
  facts.rounds.front().rush = {0, 240'000'000'000};  // four minutes, of which nine seconds matter
  RoundParticipants round = DrawnRounds{.users = 12'000, .winners = 2'400}.round(0);
  // Half of them in the first second, the others a millisecond after one another.
  for (std::size_t place = 0; place < 6'000; ++place) {
    round.by_arrival[place].arrival_ns = static_cast<std::int64_t>(place) * 500'000 / 3;
  }
  FairnessStudy study(facts);
  study.add(round);
  const FairnessFigures figures = study.figures();
  ASSERT_EQ(figures.spans.size(), kSpansMax);
  ASSERT_EQ(figures.span_edges_s.size(), kSpansMax + 1);
  for (const GroupRate& span : figures.spans) {
    EXPECT_NEAR(static_cast<double>(span.claimed), 600, 60) << span.label;
  }
  EXPECT_EQ(figures.spans[1].label, "0.1-0.2 s");
  EXPECT_EQ(figures.spans.back().label, "11.4 s and later");
  EXPECT_NEAR(figures.span_edges_s.back(), 11.88, 0.01);
}

TEST(Study, SeesInAShortRushWhereTheCouponsRanOut) {
  const FairnessFigures figures =
      decided(300, [](const Participant&, std::uint32_t place) { return place < 60; });
  ASSERT_EQ(figures.spans.size(), 15U);  // 300 arrivals in 0.3 s
  for (std::size_t span = 0; span < figures.spans.size(); ++span) {
    EXPECT_EQ(figures.spans[span].rate_of_claimed, span < 3 ? 1 : 0) << figures.spans[span].label;
  }
}

TEST(Study, GivesAWinRateTheIntervalOfItsOwnClaims) {
  const FairnessFigures figures =
      decided(300, [](const Participant&, std::uint32_t place) { return place < 60; });
  EXPECT_EQ(figures.spans[0].rate_high, 1);
  EXPECT_NEAR(figures.spans[0].rate_low, 0.8389, 1e-4);  // Wilson, 20 of 20
  EXPECT_NEAR(figures.spans[9].rate_high, 1 - 0.8389, 1e-4);
}

TEST(Study, LaysLaterRoundsOverTheSpansOfTheFirstWithArrivals) {
  const RunFacts facts = study_facts();
  FairnessStudy study(facts);
  study.add({});
  study.add(DrawnRounds{.users = 300, .winners = 60}.round(0));
  study.add(DrawnRounds{.users = 300, .winners = 60}.round(1));
  const FairnessFigures figures = study.figures();
  ASSERT_EQ(figures.spans.size(), 15U);
  EXPECT_EQ(figures.spans[4].claimed, 40U);
}

TEST(Study, PartsNobodyWhoCameAtOnce) {
  const RunFacts facts = study_facts();
  RoundParticipants round = DrawnRounds{.users = 300, .winners = 60}.round(0);
  for (Participant& user : round.by_arrival) user.arrival_ns = user.cohort * 55'000'000;
  std::ranges::sort(round.by_arrival, {}, &Participant::arrival_ns);
  FairnessStudy study(facts);
  study.add(round);
  const FairnessFigures figures = study.figures();
  ASSERT_EQ(figures.spans.size(), 2U);
  EXPECT_EQ(figures.spans[0].claimed, 200U);
  EXPECT_EQ(figures.spans[1].claimed, 100U);
}

TEST(Study, SaysHowManyUsersWithoutAWinAreNormal) {
  const FairnessFigures figures = figures_of({.users = 3'000, .winners = 600}, 10);
  EXPECT_NEAR(figures.users.without_win_expected, 3'000 * 0.1074, 1);
  EXPECT_NEAR(static_cast<double>(figures.users.without_win), figures.users.without_win_expected,
              60);
  ASSERT_TRUE(figures.users.evenness);
  EXPECT_NEAR(figures.users.evenness->gini, figures.users.evenness->gini_fair, 0.02);
}

}  // namespace
}  // namespace fairrush::analysis
