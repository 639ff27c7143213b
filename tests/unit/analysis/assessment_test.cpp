#include "analysis/assessment.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/draw/draw.hpp"
#include "tests/unit/analysis/history_builder.hpp"

namespace fairrush::analysis {
namespace {

Assessment assessment_of(const RunBuilder& builder) {
  return assess(builder.build()->evidence);
}

/// 100 users, every fifth wins: no violation, no bias, nothing proven.
RunBuilder even_run() {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.2}, .count = {}};
  run.facts.allocation = Allocation::unknown;
  run.facts.rounds.front().announced_roster = 100;
  run.facts.rounds.front().announced_coupons = 20;
  run.facts.attempted = {Sighting::win, Sighting::loss, Sighting::claims_inside_window};
  run.with_ledger();
  for (std::uint32_t user = 0; user < 100; ++user) {
    const auto arrival = milliseconds(user * 50);
    const std::string coupon = "C" + std::to_string(user);
    run.add(reserved(user));
    if (user % 5 == 2) {
      run.add(claim(user).at(arrival).wins(coupon)).issued(user, coupon);
    } else {
      run.add(claim(user).at(arrival).loses(Reason::not_drawn));
    }
  }
  return run;
}

/// 100 users, the first twenty win.
RunBuilder first_come_run() {
  RunBuilder run = even_run();
  RunBuilder fresh;
  fresh.facts = run.facts;
  fresh.with_ledger();
  for (std::uint32_t user = 0; user < 100; ++user) {
    const auto arrival = milliseconds(user * 50);
    const std::string coupon = "C" + std::to_string(user);
    fresh.add(reserved(user));
    if (user < 20) {
      fresh.add(claim(user).at(arrival).wins(coupon)).issued(user, coupon);
    } else {
      fresh.add(claim(user).at(arrival).loses());
    }
  }
  return fresh;
}

/// A published draw over `users`, whose answers follow it; arrival by user.
RunBuilder drawn_run(std::uint32_t users) {
  RunBuilder run;
  run.facts.quota = {.share = Share{0.2}, .count = {}};
  run.facts.allocation = Allocation::draw;
  run.with_ledger();
  PublishedDraw& draw = run.draw.emplace();
  draw.event = "rush-1";
  draw.secret = Bytes(32, 3);
  draw.commitment = draw_commitment(draw.event, draw.secret);
  std::vector<Digest> leaves;
  for (std::uint32_t user = 0; user < users; ++user) {
    draw.roster.push_back("token-" + std::to_string(user));
    leaves.push_back(merkle_leaf(bytes_of(draw.roster.back())));
  }
  draw.root = MerkleTree(leaves).root();
  draw.roster_size = users;
  draw.quota = users / 5;
  draw.winners = draw_winners(
      draw_seed({draw.event, draw.secret, draw.beacon, draw.root, draw.roster_size, draw.quota}),
      draw.roster_size, draw.quota);
  std::vector<bool> drawn(users);
  for (TicketNumber ticket : draw.winners) drawn[ticket.value() - 1] = true;
  for (std::uint32_t user = 0; user < users; ++user) {
    Attempt attempt = claim(user).at(milliseconds(user * 10));
    const std::string coupon = "C" + std::to_string(user);
    run.add(reserved(user));
    if (drawn[user]) {
      run.add(attempt.wins(coupon)).issued(user, coupon);
    } else {
      run.add(attempt.loses(Reason::not_drawn));
    }
  }
  return run;
}

struct Exit {
  bool passed;
  bool failed;
  bool operator==(const Exit&) const = default;
};
constexpr Exit kPassed{true, false};
constexpr Exit kFailed{false, true};
constexpr Exit kNotKnown{false, false};

Exit exit_of(const Assessment& assessment) {
  return {assessment.passed, assessment.failed};
}

TEST(Verdict, IsInconclusiveForLackOfRoundsAndSaysHowMany) {
  RunBuilder run = even_run();
  const Assessment gated = assessment_of(run);
  EXPECT_EQ(gated.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(exit_of(gated), kNotKnown);
  EXPECT_EQ(gated.verdict_reason,
            "Every check passes and no bias was found, but finding none is no proof of fairness, "
            "and one round with 100 participants cannot show equal chances within 1 percentage "
            "points: that takes 175 rounds, 174 more than there are.");
  run.facts.fairness_gates = false;
  EXPECT_EQ(exit_of(assessment_of(run)), kPassed);
}

TEST(Verdict, IsViolationWhenAnInvariantFailsWhateverElseHolds) {
  RunBuilder run = first_come_run();
  run.issued(50, "extra");
  run.facts.fairness_gates = false;
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::violation);
  EXPECT_EQ(exit_of(assessment), kFailed);
  EXPECT_EQ(
      assessment.verdict_reason,
      "I1 no oversell: 20 coupons to give, 20 acknowledged, 21 in the ledger. I6 no phantom: "
      "21 coupons in the ledger, 0 of them known only by a claim that went unanswered, 1 that "
      "nobody was told of. I12 linearizable stock: 21 claims won from a stock of 20, 0 of "
      "them sent after "
      "\"sold out\" was first answered.");
}

TEST(Verdict, IsBiasedForFirstComeFirstServedAndFailsOnlyWhereFairnessGates) {
  RunBuilder run = first_come_run();
  const Assessment gated = assessment_of(run);
  EXPECT_EQ(gated.verdict, RunVerdict::biased);
  EXPECT_EQ(exit_of(gated), kFailed);
  run.facts.fairness_gates = false;
  const Assessment reported = assessment_of(run);
  EXPECT_EQ(reported.verdict, RunVerdict::biased);
  EXPECT_EQ(exit_of(reported), kPassed);
}

TEST(Verdict, IsProvenWhenTheDrawComputesAgain) {
  const Assessment assessment = assessment_of(drawn_run(200));
  EXPECT_EQ(assessment.verdict, RunVerdict::proven) << assessment.verdict_reason;
  EXPECT_EQ(exit_of(assessment), kPassed);
}

TEST(Verdict, PutsBiasAboveAProofAndAsksToRepeatTheRun) {
  // The draw computes again, but its winners all came first: arranged, or one run in a thousand.
  RunBuilder honest = drawn_run(200);
  RunBuilder run;
  run.facts = honest.facts;
  run.draw = honest.draw;
  run.ledger = honest.ledger;
  std::vector<bool> drawn(200);
  for (TicketNumber ticket : run.draw->winners) drawn[ticket.value() - 1] = true;
  for (std::uint32_t user = 0; user < 200; ++user) {
    run.add(reserved(user));
    const std::string coupon = "C" + std::to_string(user);
    run.add(drawn[user] ? claim(user).at(milliseconds(user)).wins(coupon)
                        : claim(user).at(milliseconds(1000 + user)).loses(Reason::not_drawn));
  }
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::biased);
  EXPECT_NE(assessment.verdict_reason.find("repeat the run"), std::string::npos);
}

TEST(Verdict, IsNotKnownWhenTheInstrumentWasBelowItsBar) {
  RunBuilder run = drawn_run(200);
  run.facts.instrument.unsent = 1;
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_EQ(assessment.verdict_reason,
            "No violation was found, but the run is not known: the instrument was not good enough: "
            "1 planned attempts never left.");
}

TEST(Verdict, DoesNotAccuseByStatisticsOfABadInstrument) {
  RunBuilder run = first_come_run();
  run.facts.instrument.lag_p99_ns = 1'000'000'000;
  EXPECT_EQ(assessment_of(run).verdict, RunVerdict::inconclusive);
  run.issued(50, "extra");
  EXPECT_EQ(assessment_of(run).verdict, RunVerdict::violation);
}

TEST(Verdict, DoesNotAccuseByStatisticsOfAnInterruptedRun) {
  RunBuilder run = first_come_run();
  run.facts.interrupted = true;
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_NE(assessment.verdict_reason.find("the run was interrupted"), std::string::npos);
}

TEST(Verdict, NamesATargetThatDiedAndDoesNotAccuseItByStatistics) {
  RunBuilder run = first_come_run();
  run.facts.target_failure = "the built-in server was killed by SIGSEGV";
  const Assessment inconclusive = assessment_of(run);
  EXPECT_EQ(inconclusive.verdict, RunVerdict::inconclusive);
  EXPECT_NE(
      inconclusive.verdict_reason.find("not known: the built-in server was killed by SIGSEGV"),
      std::string::npos);
  run.issued(50, "extra");
  const Assessment violation = assessment_of(run);
  EXPECT_EQ(violation.verdict, RunVerdict::violation);
  EXPECT_NE(violation.verdict_reason.find("Besides, the built-in server was killed by SIGSEGV."),
            std::string::npos);
}

TEST(Verdict, SaysWhenTheRunWasInterruptedAndNothingOfTheInstrument) {
  RunBuilder run = first_come_run();
  run.facts.interrupted = true;
  run.facts.interrupted_ns = kTestRush.open_ns + 2'000'000'000;
  run.facts.instrument.unsent = 40;
  EXPECT_EQ(assessment_of(run).verdict_reason,
            "No violation was found, but the run is not known: the run was interrupted 2.0 s into "
            "the rush.");
  run.issued(50, "extra");
  const Assessment violation = assessment_of(run);
  EXPECT_EQ(violation.verdict, RunVerdict::violation);
  EXPECT_TRUE(
      violation.verdict_reason.ends_with(" Besides, the run was interrupted 2.0 s into the rush."))
      << violation.verdict_reason;
}

TEST(Verdict, IsNotKnownWhenAnAttemptedSightingIsMissing) {
  RunBuilder run = drawn_run(200);
  run.facts.attempted = {Sighting::win, Sighting::refused_intruder};
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_EQ(assessment.verdict_reason,
            "No violation was found, but the run is not known: never seen: a refused intruder.");
}

TEST(Verdict, IsNeverGreenForATargetThatRefusesEverything) {
  RunBuilder run;
  run.with_ledger();
  run.facts.fairness_gates = false;
  run.facts.attempted = {Sighting::win, Sighting::loss};
  for (std::uint32_t user = 0; user < 50; ++user) {
    run.add(reserve(user).refused(Reason::other_refusal));
    run.add(claim(user).refused(Reason::other_refusal));
  }
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_NE(assessment.verdict_reason.find("nobody won"), std::string::npos);
}

/// 200 users of whom some answered the draw's way and the others, of the second cohort, never.
Assessment with_a_silent_cohort(std::uint32_t silent) {
  RunBuilder run = drawn_run(200);
  run.facts.cohorts = {{"fibre", 0.9, "5ms"}, {"mobile", 0.1, "60ms"}};
  run.facts.fairness_gates = false;
  for (std::uint32_t user = 200; user < 220; ++user) {
    Attempt attempt = claim(user).cohort(1).at(milliseconds(user * 10));
    if (user < 200 + silent) {
      run.add(attempt.unanswered());
    } else {
      run.add(attempt.refused(Reason::not_reserved));
    }
  }
  return assessment_of(run);
}

TEST(Verdict, IsNotKnownWhenMoreThanATenthOfACohortGotNoAnswer) {
  const Assessment silenced = with_a_silent_cohort(3);
  EXPECT_EQ(silenced.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(exit_of(silenced), kNotKnown);
  EXPECT_NE(silenced.verdict_reason.find("3 of 20 users of cohort mobile got no definite answer"),
            std::string::npos)
      << silenced.verdict_reason;
  EXPECT_EQ(with_a_silent_cohort(2).verdict, RunVerdict::proven);
}

/// Two rounds with the same draw, but for what `change` does to what the second was committed to.
Assessment drawn_twice(void (*change)(SealedSecret& sealed)) {
  RunBuilder run = drawn_run(200);
  run.rounds(2);
  const auto built = run.build();
  Assessor assessor(built->evidence.facts);
  RoundAssessment round = assess_round(built->evidence.round(0));
  assessor.add(round);
  round.number = 1;
  change(*round.sealed);
  assessor.add(round);
  return assessor.finish();
}

TEST(Verdict, IsViolationWhenTwoRoundsAreDrawnUnderOneCommitmentOrSecret) {
  const auto draw_check = [](const Assessment& assessment) {
    return *std::ranges::find(assessment.invariants, "I14", &CheckResult::id);
  };
  const Assessment same = drawn_twice([](SealedSecret&) {});
  EXPECT_EQ(same.verdict, RunVerdict::violation);
  EXPECT_EQ(draw_check(same).finding,
            "broken in 1 of 2 rounds, held in 1; round 2: its commitment is that of round 1, whose "
            "secret had been revealed by then");
  EXPECT_EQ(draw_check(same).violations, 1U);
  const Assessment secret = drawn_twice([](SealedSecret& sealed) { sealed.commitment[0] ^= 1; });
  EXPECT_EQ(draw_check(secret).verdict, CheckVerdict::fail);
  EXPECT_NE(draw_check(secret).finding.find("; round 2: its secret is that of round 1"),
            std::string::npos);
  const Assessment fresh = drawn_twice([](SealedSecret& sealed) {
    sealed.commitment[0] ^= 1;
    sealed.secret[0] ^= 1;
  });
  EXPECT_EQ(draw_check(fresh).verdict, CheckVerdict::pass);
}

TEST(Verdict, IsNotKnownWhenNobodyWon) {
  const Assessment assessment = assessment_of(drawn_run(4));  // a fifth of four is none
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_NE(assessment.verdict_reason.find("nobody won"), std::string::npos);
}

TEST(Verdict, IsNotKnownWhenTheRunWasInterruptedOrAnInvariantIsUnknown) {
  RunBuilder interrupted = drawn_run(200);
  interrupted.facts.interrupted = true;
  EXPECT_EQ(exit_of(assessment_of(interrupted)), kNotKnown);
  RunBuilder no_ledger = drawn_run(200);
  no_ledger.ledger.reset();
  no_ledger.facts.rounds.front().ledger_missing = "the target has none";
  const Assessment assessment = assessment_of(no_ledger);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_NE(assessment.verdict_reason.find("I5 no lost acknowledgement, I6 no phantom"),
            std::string::npos);
}

TEST(Verdict, OfACutHistoryIsNotKnown) {
  RunBuilder run = drawn_run(200);
  run.cut_short = true;
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict, RunVerdict::inconclusive);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_TRUE(assessment.cut_short);
  EXPECT_EQ(assessment.attempts, 400U);
  EXPECT_NE(assessment.verdict_reason.find("the history ends early: 400 attempts can be read"),
            std::string::npos)
      << assessment.verdict_reason;
  EXPECT_NE(assessment.verdict_reason.find(
                "unknown: I1 no oversell, I3 coupon unique, I4 one per user, I5 no lost "
                "acknowledgement, I6 no phantom and 6 more."),
            std::string::npos)
      << assessment.verdict_reason;
}

TEST(Verdict, OfAHistoryCutBeforeItsFirstAttemptSaysOnlyThat) {
  RunBuilder run;
  run.cut_short = true;
  const Assessment assessment = assessment_of(run);
  EXPECT_EQ(assessment.verdict_reason,
            "No violation was found, but the run is not known: the history ends early: 0 attempts "
            "can be read, and what came after them is lost.");
}

TEST(Assessment, OfAnEmptyRunIsNotKnown) {
  RunBuilder run;
  const Assessment assessment = assessment_of(run);
  EXPECT_NE(assessment.verdict_reason.find("no attempt was made"), std::string::npos);
  EXPECT_EQ(exit_of(assessment), kNotKnown);
  EXPECT_EQ(assessment.attempts, 0U);
}

TEST(Assessment, HoldsEveryCheckAndEveryFigure) {
  const Assessment assessment = assessment_of(even_run());
  ASSERT_EQ(assessment.invariants.size(), checks().size());
  EXPECT_EQ(assessment.invariants.front().id, "I1");
  EXPECT_EQ(assessment.invariants.back().id, "I20");
  EXPECT_EQ(assessment.sightings.size(), kSightings);
  EXPECT_EQ(assessment.attempts, 200U);
  EXPECT_EQ(assessment.latencies.size(), 2U);
  EXPECT_EQ(assessment.load.claims_per_second_max, 20);
  EXPECT_EQ(assessment.fairness.winners, 20U);
  EXPECT_FALSE(assessment.load.busiest.points.empty());
}

TEST(Assessment, GivesTheSameAnswerTwice) {
  const auto run = first_come_run().build();
  const Assessment first = assess(run->evidence);
  const Assessment second = assess(run->evidence);
  EXPECT_EQ(first.verdict_reason, second.verdict_reason);
  EXPECT_EQ(first.fairness.test("cohorts")->p_value, second.fairness.test("cohorts")->p_value);
  for (std::size_t place = 0; place < first.invariants.size(); ++place) {
    EXPECT_EQ(first.invariants[place].finding, second.invariants[place].finding);
  }
}

TEST(Evidence, ShowsWhatWasSentAnsweredAndIssuedInOrderWithPrintableTextOnly) {
  RunBuilder run;
  run.facts.quota.count = 1;
  run.add(reserved(5)).add(claim(5).at(milliseconds(1203)).wins("bad\x1b[31m\"coupon"));
  run.issued(5, "x").issued(5, std::string(100, 'y'));
  const CheckResult result = run.check("I4");
  ASSERT_EQ(result.examples.size(), 1U);
  const auto& lines = result.examples[0].timeline;
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "-8.900 s  user 5 reserve (try 0, attempt 0), answered -8.890 s: accepted, "
            "\"token-5\"");
  EXPECT_EQ(lines[1],
            "+1.203 s  user 5 claim (try 0, attempt 1), answered +1.213 s: win, "
            "\"bad?[31m\"coupon\"");
  EXPECT_EQ(lines[2], "ledger     user 5 holds \"x\" (row 1 of 2)");
  EXPECT_EQ(lines[3], "ledger     user 5 holds \"" + std::string(60, 'y') + "...\" (row 2 of 2)");
}

TEST(Evidence, StopsAfterAReadableNumberOfLines) {
  RunBuilder run;
  for (std::uint8_t number = 0; number < 100; ++number) {
    run.add(claim(1).retry(number).wins(number % 2 == 0 ? "A" : "B"));
  }
  const CheckResult result = run.check("I4");
  ASSERT_EQ(result.examples.size(), 1U);
  EXPECT_EQ(result.examples[0].timeline.size(), 41U);
  EXPECT_EQ(result.examples[0].timeline.back(), "... and 60 more");
}

}  // namespace
}  // namespace fairrush::analysis
