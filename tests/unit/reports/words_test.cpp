#include "reports/text/words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reports/text/fairness_words.hpp"
#include "tests/unit/reports/sample_run.hpp"

namespace fairrush::reports::testing {
namespace {

using analysis::CheckVerdict;
using analysis::RunVerdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(KeyFigures, SpeakOfTheRosterWhereNobodyReserves) {
  SampleRun run = proven_draw();
  const auto note_of = [&run](Topic topic) {
    for (const KeyFigure& figure : key_figures(input_of(run))) {
      if (figure.topic == topic) return figure.note;
    }
    return std::string();
  };
  EXPECT_THAT(note_of(Topic::users), HasSubstr(" reserved, "));
  EXPECT_THAT(note_of(Topic::win_rate), HasSubstr("of the reserved"));
  run.facts.rounds.front().reservation.close_ns = run.facts.rounds.front().reservation.open_ns;
  EXPECT_THAT(note_of(Topic::users), HasSubstr(" on the roster, "));
  EXPECT_THAT(note_of(Topic::win_rate), HasSubstr("of the roster"));
}

TEST(VerdictWords, NameTheBrokenRules) {
  EXPECT_EQ(describe_verdict(input_of(violation())).headline,
            "3 rules broken: I1 no oversell, I4 one per user, I5 no lost ack");
}

TEST(VerdictWords, ClaimNothingLostOnlyWhenNoRuleIsOpen) {
  SampleRun run = first_come();
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("nothing oversold"));
  run.assessment.invariants[4].verdict = CheckVerdict::unknown;
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("no violation was seen"));
}

TEST(VerdictWords, SayWhatDecidesTheExitCode) {
  SampleRun run = first_come();
  EXPECT_THAT(describe_verdict(input_of(run)).result, HasSubstr("exit code 1"));
  run.assessment.failed = false;
  EXPECT_THAT(describe_verdict(input_of(run)).result, HasSubstr("exit code 3"));
  run.assessment.passed = true;
  EXPECT_THAT(describe_verdict(input_of(run)).result, HasSubstr("exit code 0"));
}

TEST(EarlyWarnings, SayOfAClosedLoopWhatItsFiguresLeaveOut) {
  SampleRun run = first_come();
  run.facts.arrivals = analysis::ArrivalFacts{};
  EXPECT_TRUE(early_warnings(input_of(run)).empty()) << "an open loop needs no word";
  run.facts.arrivals->rush_loop = 50;
  EXPECT_THAT(
      early_warnings(input_of(run)),
      ElementsAre("The load of the rush was a closed loop of 50 users: the next one clicked "
                  "when one of them had the answer, so that a slow target slowed its own "
                  "load, and latencies leave out who would have come meanwhile (coordinated "
                  "omission)."));
  run.facts.arrivals->reserve_loop = 1;
  EXPECT_THAT(early_warnings(input_of(run)),
              ElementsAre(HasSubstr("of the reservations was a closed loop of 1 user:"),
                          HasSubstr("of the rush")));
}

TEST(VerdictWords, SayWhyABiasedRunPasses) {
  SampleRun run = first_come();
  run.assessment.failed = false;
  run.assessment.passed = true;
  run.facts.fairness_gates = false;
  EXPECT_THAT(describe_verdict(input_of(run)).result, HasSubstr("does not decide"));
}

TEST(VerdictWords, SayWhyARunIsInconclusive) {
  SampleRun run = proven_draw();
  run.assessment.verdict = RunVerdict::inconclusive;
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("this run cannot show"));
  run.assessment.sightings.front().seen = 0;
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("did not see"));
  run.assessment.invariants.back().verdict = CheckVerdict::fail;
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("the instrument"));
  run.facts.interrupted = true;
  EXPECT_THAT(describe_verdict(input_of(run)).headline, HasSubstr("interrupted"));
  run.facts.interrupted = false;
  run.facts.target_failure = "the built-in server was killed by SIGSEGV";
  EXPECT_THAT(describe_verdict(input_of(run)).headline,
              HasSubstr("the target did not live to the end of the run"));
}

TEST(VerdictWords, SayWhenARunWasInterruptedAndWhatIsKnownUntilThen) {
  EXPECT_EQ(describe_verdict(input_of(interrupted())).headline,
            "the run was interrupted 2.7 s into the rush; until then no violation was seen");
  SampleRun run = interrupted();
  run.assessment.attempts = 0;
  EXPECT_EQ(describe_verdict(input_of(run)).headline,
            "the run was interrupted 2.7 s into the rush, before any attempt was made");
}

TEST(VerdictWords, SayHowMuchOfACutHistoryCanBeRead) {
  SampleRun run = empty_run();
  EXPECT_EQ(describe_verdict(input_of(run)).headline, "no attempt was made, so nothing is shown");
  run.assessment.cut_short = true;
  EXPECT_EQ(describe_verdict(input_of(run)).headline,
            "the history ends before the first attempt that can be read, so nothing is shown");
  run.assessment.attempts = 345;
  EXPECT_EQ(describe_verdict(input_of(run)).headline,
            "the history ends early; in the 345 attempts that can be read, no violation was seen");
}

TEST(VerdictWords, SayWhyARunEndedEarly) {
  SampleRun run = proven_draw();
  run.assessment.verdict = RunVerdict::inconclusive;
  run.facts.ended_early = "round 2 could not begin: the target has gone";
  EXPECT_EQ(describe_verdict(input_of(run)).headline,
            "round 2 could not begin: the target has gone; until then nothing oversold, doubled or "
            "lost");
}

TEST(EarlyWarnings, StandBesideAHeadlineThatTellsSomethingElse) {
  EXPECT_TRUE(early_warnings(input_of(interrupted())).empty());
  SampleRun run = violation();
  EXPECT_TRUE(early_warnings(input_of(run)).empty());
  run.facts.interrupted = true;
  run.facts.interrupted_ns = 12'000'000'000;
  run.assessment.cut_short = true;
  EXPECT_EQ(early_warnings(input_of(run)),
            (std::vector<std::string>{
                "The run was interrupted 0.5 s into the rush. All figures are of what was seen "
                "until then.",
                "The history ends early: 627 attempts can be read, what came after is lost."}));
}

TEST(VerdictWords, NameTheMarginOfAFairRun) {
  EXPECT_EQ(describe_verdict(input_of(fair_rounds())).word, "FAIR(1 pp)");
}

TEST(KeyFigures, CountTheRulesAndNameThoseThatDoNotHold) {
  const KeyFigure good = key_figures(input_of(proven_draw())).front();
  EXPECT_EQ(good.value, "12 of 12 hold");
  EXPECT_EQ(good.note, "none broken, none open");
  SampleRun run = violation();
  run.assessment.invariants[1].verdict = CheckVerdict::not_applicable;
  run.assessment.invariants[2].verdict = CheckVerdict::unknown;
  const KeyFigure bad = key_figures(input_of(run)).front();
  EXPECT_EQ(bad.value, "7 of 11 hold");
  EXPECT_EQ(bad.note, "broken: I1, I4, I5; not known: I3");
}

TEST(OpenChecks, AreThoseThatFailedBeforeThoseThatAreNotKnown) {
  SampleRun run = violation();
  run.assessment.invariants[1].verdict = CheckVerdict::unknown;
  std::vector<std::string> ids;
  for (const analysis::CheckResult* check : open_checks(run.assessment)) ids.push_back(check->id);
  EXPECT_EQ(ids, (std::vector<std::string>{"I1", "I4", "I5", "I2"}));
}

TEST(ArrivalMeaning, BeginsWithTheAnswer) {
  EXPECT_TRUE(
      arrival_meaning(first_come().assessment.fairness).starts_with("Coming early helps. "));
  EXPECT_TRUE(arrival_meaning(proven_draw().assessment.fairness)
                  .starts_with("No difference between coming early and coming late was found. "));
}

TEST(ImpactMeaning, JudgesByTheIntervalNotByTheRatioAlone) {
  analysis::FairnessFigures fairness = proven_draw().assessment.fairness;
  fairness.impact = {.computed = true,
                     .ratio = 0.7,
                     .low = 0.45,
                     .high = 1.1,
                     .worst = "mobile",
                     .best = "fibre",
                     .level = analysis::ImpactLevel::too_low};
  EXPECT_THAT(impact_meaning(fairness), HasSubstr("Mobile won 0.700 times as often as fibre"));
  EXPECT_THAT(impact_meaning(fairness), HasSubstr("which includes 1: no difference is shown"));
  fairness.impact.high = 0.79;
  EXPECT_THAT(impact_meaning(fairness), HasSubstr("below 0.8, the four-fifths rule"));
  fairness.impact.high = 0.9;
  EXPECT_THAT(impact_meaning(fairness), HasSubstr("which does not include 1)"));
}

TEST(FaultWarning, IsThereOnlyWithAFault) {
  EXPECT_EQ(fault_warning(proven_draw().facts), std::nullopt);
  EXPECT_THAT(*fault_warning(sticky_winners().facts), HasSubstr("target: sticky-winners"));
}

TEST(RoundLimits, SayHowManyRoundsMore) {
  EXPECT_THAT(round_limits(input_of(sticky_winners())), HasSubstr("10 rounds like this, 7 more."));
  EXPECT_THAT(round_limits(input_of(fair_rounds())), HasSubstr("takes 10 rounds like this."));
  EXPECT_THAT(round_limits(input_of(proven_draw())), HasSubstr("One round of this size"));
  EXPECT_THAT(round_limits(input_of(empty_run())), HasSubstr("Nobody claimed"));
}

TEST(UsersMeaning, SaysWhatIsNormalOverRoundsOnly) {
  EXPECT_THAT(users_meaning(fair_rounds().assessment.fairness), HasSubstr("fair draws leave 34.6"));
  EXPECT_EQ(users_meaning(proven_draw().assessment.fairness), "");
}

TEST(EquivalenceWords, TellShownFromOpenFromRefuted) {
  analysis::EquivalenceResult row;
  row.computed = row.shown = true;
  EXPECT_EQ(describe_equivalence(row, Share{0.01}).text, "within ±1 pp");
  row.shown = false;
  row.low_pp = -0.5;
  row.high_pp = 1.2;
  EXPECT_EQ(describe_equivalence(row, Share{0.01}).text, "not shown");
  row.low_pp = 1.1;
  EXPECT_EQ(describe_equivalence(row, Share{0.01}).tone, Tone::bad);
  EXPECT_EQ(describe_equivalence({}, Share{0.01}).text, "nobody to compare");
}

TEST(TestWords, CallBiasOnlyWhatDecidesIsRejectedAndLarge) {
  analysis::TestResult test;
  EXPECT_EQ(describe_test(test).verdict, "not tested");
  test.computed = true;
  EXPECT_EQ(describe_test(test).verdict, "as by chance");
  test.rejected = true;
  EXPECT_EQ(describe_test(test).verdict, "real, but small");
  test.material = true;
  EXPECT_EQ(describe_test(test).verdict, "bias");
  test.family = analysis::TestFamily::exploratory;
  EXPECT_EQ(describe_test(test).verdict, "worth a look");
}

TEST(ExampleSubject, NamesTheRoundWhereThereAreSeveral) {
  const analysis::CounterExample example{UserIndex{17}, {}, 2};
  EXPECT_EQ(example_subject(example, fair_rounds().facts), "round 3, user 17");
  EXPECT_EQ(example_subject(example, proven_draw().facts), "user 17");
}

TEST(BandPosition, CountsTheEdgesAsInside) {
  analysis::GroupRate group{.label = {}, .claimed = 10, .band_low = 0.1, .band_high = 0.3};
  group.rate_of_claimed = 0.1;
  EXPECT_EQ(band_position(group), "inside");
  group.rate_of_claimed = 0.09;
  EXPECT_EQ(band_position(group), "below");
  group.rate_of_claimed = 0.31;
  EXPECT_EQ(band_position(group), "above");
  group.claimed = 0;
  EXPECT_FALSE(outside_band(group));
}

TEST(QuotaText, SaysShareOrNumber) {
  EXPECT_EQ(quota_text({.share = Share{0.2}, .count = {}}), "20 % of the roster");
  EXPECT_EQ(quota_text({.share = {}, .count = 60}), "60 coupons");
}

TEST(BuildWarning, SparesOnlyReleaseBuilds) {
  analysis::RunFacts facts;
  facts.build_type = "Release";
  EXPECT_EQ(build_warning(facts), std::nullopt);
  for (const char* other : {"Debug", "RelWithDebInfo", ""}) {
    facts.build_type = other;
    EXPECT_TRUE(build_warning(facts)) << other;
  }
}

}  // namespace
}  // namespace fairrush::reports::testing
