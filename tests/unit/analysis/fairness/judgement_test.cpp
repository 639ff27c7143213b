#include "analysis/fairness/judgement.hpp"

#include <gtest/gtest.h>

#include "tests/unit/analysis/fairness/drawn_rounds.hpp"

namespace fairrush::analysis {
namespace {

FairnessFigures figures_of(const DrawnRounds& rounds, std::uint32_t count,
                           Share margin = Share{0.01}, const DrawnRounds::Weight& weight = {}) {
  RunFacts facts = study_facts();
  facts.fairness_margin = margin;
  FairnessStudy study(facts);
  for (std::uint32_t round = 0; round < count; ++round) study.add(rounds.round(round, weight));
  return study.figures();
}

double favoured(const Participant& user, std::uint32_t) {
  return user.cohort == 0 ? 1.2 : 1;
}

TEST(Bias, TakesARejectionAndAMaterialEffect) {
  const DrawnRounds rounds{.users = 30'000, .winners = 6'000};
  EXPECT_TRUE(judge_bias(figures_of(rounds, 3, Share{0.01}, favoured)).biased);
  // Found, but smaller than what the scenario tolerates.
  const FairnessFigures tolerated = figures_of(rounds, 3, Share{0.1}, favoured);
  EXPECT_TRUE(tolerated.test("cohorts")->rejected);
  EXPECT_FALSE(judge_bias(tolerated).biased);
  // Large, but chance may well be why.
  const FairnessFigures small = figures_of({.users = 30, .winners = 7}, 1);
  EXPECT_TRUE(small.test("cohorts")->material);
  EXPECT_FALSE(judge_bias(small).biased);
}

TEST(Bias, TakesARatioBelowFourFifthsAsMaterialWhereWinsAreRare) {
  // 0.5 % and 0.25 %: 0.25 pp apart, but half the chance.
  const FairnessFigures rare = figures_of(
      {.users = 60'000, .winners = 250}, 20, Share{0.01},
      [](const Participant& user, std::uint32_t) { return user.cohort == 0 ? 2.0 : 1.0; });
  EXPECT_LT(*rare.test("cohorts")->effect_pp, 1);
  EXPECT_EQ(rare.impact.level, ImpactLevel::too_low);
  EXPECT_TRUE(judge_bias(rare).biased);
}

TEST(Bias, GivesTheFirstTwoTestsThatShowItAndCountsTheRest) {
  FairnessFigures figures = figures_of({.users = 300, .winners = 60}, 2);
  const auto reason_of = [&figures](std::size_t tests) {
    for (std::size_t place = 0; place < figures.tests.size(); ++place) {
      TestResult& test = figures.tests[place];
      test.rejected = test.material = place < tests;
      test.meaning = "meaning " + std::to_string(place);
    }
    return judge_bias(figures).reason;
  };
  EXPECT_EQ(reason_of(2), "meaning 0; meaning 1");
  EXPECT_EQ(reason_of(3), "meaning 0; meaning 1; 1 more test shows bias too");
  EXPECT_EQ(reason_of(5), "meaning 0; meaning 1; 3 more tests show bias too");
}

TEST(Bias, NeverRestsOnAnExploratoryTest) {
  FairnessFigures figures = figures_of({.users = 300, .winners = 60}, 2);
  for (TestResult& test : figures.tests) {
    if (test.family == TestFamily::exploratory) test.rejected = test.material = true;
  }
  EXPECT_FALSE(judge_bias(figures).biased);
}

TEST(Equivalence, IsNotShownByTooFewRoundsAndSaysHowManyMore) {
  const auto judgement =
      judge_equivalence(figures_of({.users = 300, .winners = 60}, 1), Share{0.01});
  EXPECT_FALSE(judgement.shown);
  EXPECT_EQ(judgement.rounds_more, 115U);
}

TEST(Equivalence, IsShownByEnoughFairRounds) {
  const FairnessFigures figures = figures_of({.users = 3'000, .winners = 600}, 48);
  const auto judgement = judge_equivalence(figures, Share{0.01});
  EXPECT_TRUE(judgement.shown) << judgement.missing;
  ASSERT_EQ(figures.equivalence.size(), 4U);
  EXPECT_EQ(figures.equivalence[0].label, "fibre");
  EXPECT_EQ(figures.equivalence[1].rounds_needed, 12U);
  EXPECT_EQ(figures.equivalence[2].kind, GroupKind::arrival_half);
  EXPECT_EQ(figures.equivalence[3].kind, GroupKind::ticket_half);
}

TEST(Equivalence, IsNotShownForABiasedDrawHoweverManyRounds) {
  const auto judgement = judge_equivalence(
      figures_of({.users = 3'000, .winners = 600}, 24, Share{0.01}, favoured), Share{0.01});
  EXPECT_FALSE(judgement.shown);
  EXPECT_EQ(judgement.rounds_more, 0U);
  EXPECT_NE(judgement.missing.find("the win rate of fibre"), std::string::npos)
      << judgement.missing;
}

TEST(Equivalence, WithOneCohortComparesTheHalves) {
  const FairnessFigures figures = figures_of({.users = 3'000, .winners = 600, .cohorts = {1}}, 24);
  ASSERT_EQ(figures.equivalence.size(), 2U);
  EXPECT_TRUE(judge_equivalence(figures, Share{0.01}).shown);
}

TEST(Equivalence, IsNotShownWhereACohortStayedAway) {
  RunFacts facts = study_facts();
  FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < 24; ++number) {
    RoundParticipants round =
        DrawnRounds{.users = 3'000, .winners = 600, .cohorts = {1}}.round(number);
    round.cohorts.resize(2);
    study.add(round);
  }
  const auto judgement = judge_equivalence(study.figures(), Share{0.01});
  EXPECT_FALSE(judgement.shown);
  EXPECT_NE(judgement.missing.find("nobody of fibre"), std::string::npos) << judgement.missing;
}

TEST(Equivalence, AsksForTheRatioWhereTheMarginIsAsWideAsTheChance) {
  // 300 users, 1 %: all gaps lie within ±1 pp at once, which says nothing.
  const FairnessFigures figures = figures_of({.users = 3'000, .winners = 30, .cohorts = {1, 1}}, 3);
  EXPECT_TRUE(figures.equivalence[0].shown);
  const auto judgement = judge_equivalence(figures, Share{0.01});
  EXPECT_FALSE(judgement.shown);
  EXPECT_GT(judgement.rounds_more, 0U);
  FairnessFigures enough = figures;
  enough.rounds_of_chance = enough.rounds_needed;
  enough.impact.low = 0.7;
  EXPECT_NE(judge_equivalence(enough, Share{0.01}).missing.find("as low as 0.70"),
            std::string::npos);
}

TEST(Equivalence, CountsOnlyRoundsInWhichChanceDecided) {
  RunFacts facts = study_facts();
  FairnessStudy study(facts);
  const DrawnRounds drawn{.users = 3'000, .winners = 600};
  const DrawnRounds refused{.users = 3'000, .winners = 0};
  for (std::uint32_t round = 0; round < 20; ++round) {
    study.add(round < 8 ? drawn.round(round) : refused.round(round));
  }
  const FairnessFigures figures = study.figures();
  EXPECT_EQ(figures.rounds, 20U);
  EXPECT_EQ(figures.rounds_of_chance, 8U);
  EXPECT_EQ(figures.rounds_needed, 12U);  // as if there were no others
  const auto judgement = judge_equivalence(figures, Share{0.01});
  EXPECT_FALSE(judgement.shown);
  EXPECT_EQ(judgement.rounds_more, 4U);
}

TEST(Equivalence, OfNothingIsNotShown) {
  EXPECT_FALSE(judge_equivalence({}, Share{0.01}).shown);
}

}  // namespace
}  // namespace fairrush::analysis
