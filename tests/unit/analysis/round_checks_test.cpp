#include "analysis/round_checks.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace fairrush::analysis {
namespace {

CheckResult check_of(CheckVerdict verdict, std::string finding, std::string id = "I1") {
  return {.id = std::move(id),
          .name = "no oversell",
          .verdict = verdict,
          .finding = std::move(finding),
          .examples = {}};
}

CheckResult held(std::string finding) {
  return check_of(CheckVerdict::pass, std::move(finding));
}
CheckResult broken(std::string finding) {
  return check_of(CheckVerdict::fail, std::move(finding));
}

/// One check over rounds, of a run with as many or more.
CheckResult together(std::initializer_list<CheckResult> rounds, std::uint64_t of_rounds = 0) {
  RoundChecks checks;
  std::uint32_t round = 0;
  for (const CheckResult& check : rounds) checks.add({check}, round++);
  return checks.finish(of_rounds == 0 ? rounds.size() : of_rounds).front();
}

TEST(RoundChecks, LeaveTheFindingOfASingleRoundAsItIs) {
  EXPECT_EQ(together({held("59 coupons")}).finding, "59 coupons");
}

TEST(RoundChecks, SayThatARuleHeldInEachRound) {
  EXPECT_EQ(together({held("59 coupons"), held("58 coupons"), held("57 coupons")}).finding,
            "held in each of 3 rounds; round 1: 59 coupons");
  EXPECT_EQ(together({held("0 users"), held("0 users")}).finding,
            "held in each of 2 rounds: 0 users");
}

TEST(RoundChecks, SayHowManyRoundsBrokeARuleWithTheFirstAsExample) {
  CheckResult second = broken("2 too many");
  second.violations = 2;
  CheckResult third = broken("1 too many");
  third.violations = 1;
  const CheckResult result = together({held("59 coupons"), second, third, held("58 coupons")});
  EXPECT_EQ(result.verdict, CheckVerdict::fail);
  EXPECT_EQ(result.finding, "broken in 2 of 4 rounds, held in 2; round 2: 2 too many");
  EXPECT_EQ(result.violations, 3U);
  EXPECT_EQ(result.rounds.failed, 2U);
  EXPECT_EQ(result.rounds.held, 2U);
}

TEST(RoundChecks, RankAFailureAboveAnUnknownAboveAPass) {
  const CheckResult open = check_of(CheckVerdict::unknown, "no ledger");
  EXPECT_EQ(together({held("fine"), open}).finding,
            "unknown in 1 of 2 rounds, held in 1; round 2: no ledger");
  EXPECT_EQ(together({open, broken("oversold"), open}).finding,
            "broken in 1 of 3 rounds, unknown in 2; round 2: oversold");
}

TEST(RoundChecks, TellWhyARuleAppliesToNoRoundOnce) {
  const CheckResult no_draw = check_of(CheckVerdict::not_applicable, "there is no draw");
  EXPECT_EQ(together({no_draw, no_draw}).finding, "there is no draw");
  EXPECT_EQ(together({no_draw, held("fine")}).finding,
            "held in 1 of 2 rounds, not applicable in 1; round 2: fine");
}

TEST(RoundChecks, CountOnlyRoundsWhoseAttemptsWereKept) {
  EXPECT_EQ(together({held("59 coupons")}, 200).finding,
            "held in the one round kept of 200: 59 coupons");
  EXPECT_EQ(together({broken("oversold"), held("fine")}, 200).finding,
            "broken in 1 of 2 rounds kept of 200, held in 1; round 1: oversold");
}

TEST(RoundChecks, KeepTheInstrumentsFindingAsThatOfTheRun) {
  RoundChecks checks;
  const std::string id(kInstrumentCheck);
  checks.add({check_of(CheckVerdict::pass, "in time", id)}, 0);
  checks.add({check_of(CheckVerdict::pass, "in time", id)}, 1);
  EXPECT_EQ(checks.finish(2).front().finding, "in time");
}

TEST(RoundChecks, ShowExamplesOfTheStrongestVerdictOnly) {
  CheckResult open = check_of(CheckVerdict::unknown, "one open");
  open.examples = {{UserIndex(1), {}, 0}};
  CheckResult failed = broken("one lost");
  failed.examples = {{UserIndex(2), {}, 1}};
  CheckResult failed_again = broken("another lost");
  failed_again.examples = {{UserIndex(3), {}, 2}};
  const CheckResult result = together({open, failed, failed_again});
  ASSERT_EQ(result.examples.size(), 2U);
  EXPECT_EQ(result.examples[0].user, UserIndex(2));
  EXPECT_EQ(result.examples[1].user, UserIndex(3));
}

TEST(RoundChecks, KeepAtMostTheExamplesThatAReportShows) {
  CheckResult failed = broken("many lost");
  failed.examples.resize(kExamplesMax - 1);
  EXPECT_EQ(together({failed, failed}).examples.size(), kExamplesMax);
}

}  // namespace
}  // namespace fairrush::analysis
