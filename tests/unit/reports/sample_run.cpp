#include "tests/unit/reports/sample_run.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#include "tests/unit/reports/support/sample_base.hpp"
#include "tests/unit/reports/support/sample_fairness.hpp"
#include "tests/unit/reports/support/sample_parts.hpp"

namespace fairrush::reports::testing {
using analysis::Assessment;
using analysis::CheckResult;
using analysis::CheckVerdict;
using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using analysis::RunFacts;
using analysis::RunVerdict;

namespace {

/// Rounds of a rush of 3,000, each with other clicks; the second is the busiest.
analysis::LoadFigures load_of_rounds(const RunFacts& facts, std::uint32_t rounds) {
  analysis::LoadFigures load;
  for (std::uint32_t number = 0; number < rounds; ++number) {
    const double mean_s = number == 1 ? 4 : 5 + 0.1 * number;
    const auto series = series_of({.users = 3'000,
                                   .mean_s = mean_s,
                                   .win_share = 0.2,
                                   .coupons = 600,
                                   .reservation = facts.rounds.front().reservation,
                                   .rush = facts.rounds.front().rush});
    add_round(load, {series, std::round(3'000 / mean_s)}, number);
  }
  return load;
}

/// Claims a little off their plan, by honest users and by bots.
void add_behaviour(Assessment& assessment) {
  assessment.plan_fits = {{.op = Op::claim,
                           .clicks = 30'000,
                           .unsent = 0,
                           .off_shape = 0.0041,
                           .off_shape_max = 0.0206,
                           .off_plan = 0.0213,
                           .off_plan_in_time = 0.0004,
                           .shift_max_ns = 12'400'000}};
  assessment.tallies.personas = {
      {.group = 0,
       .users = 29'000,
       .winners = 5'500,
       .claims = 29'000,
       .wins = 5'500,
       .losses = 23'500},
      {.group = 7,
       .users = 1'000,
       .winners = 500,
       .claims = 8'000,
       .wins = 500,
       .losses = 4'000,
       .unanswered = 2,
       .refusals = {{Reason::outside_window, 1'498}, {Reason::already_claimed, 2'000}}}};
  assessment.tallies.cohorts = {
      {.group = 0,
       .users = 30'000,
       .winners = 6'000,
       .claims = 37'000,
       .wins = 6'000,
       .losses = 27'500,
       .unanswered = 2,
       .refusals = {{Reason::outside_window, 1'498}, {Reason::already_claimed, 2'000}}}};
}

/// Two of three, of which one was killed.
std::vector<analysis::ShardFacts> sample_shards(const analysis::InstrumentFacts& all) {
  analysis::ShardFacts first{.number = 1, .of = 3, .machine = "Xeon, 2 cores", .instrument = all};
  analysis::ShardFacts last{.number = 3,
                            .of = 3,
                            .machine = "EPYC | 4 cores",
                            .instrument = all,
                            .foreign_clicks = 0,
                            .cut_short = "its instrument was killed or is still at work"};
  last.instrument.lag_p99_ns = 41'000'000;
  return {std::move(first), std::move(last)};
}

}  // namespace

SampleRun proven_draw() {
  SampleRun run{"proven_draw", base_facts(), assessment_of_300()};
  run.assessment.verdict = RunVerdict::proven;
  run.assessment.verdict_reason =
      "All invariants hold, and the draw recomputed from what was published gives exactly the "
      "coupons that were issued.";
  run.assessment.passed = true;
  return run;
}

SampleRun first_come() {
  SampleRun run{"first_come", base_facts(), {}};
  RunFacts& facts = run.facts;
  facts.scenario = "rush-30000";
  facts.question = "Is first come, first served fair to users on mobile networks?";
  facts.target = "built-in: ticket-list, memory, sqlite";
  facts.users = 30'000;
  facts.instrument.for_connection = {.p50_ns = 0, .p99_ns = 320'000'000, .max_ns = 1'210'000'000};
  facts.instrument.held_back = 12;
  facts.instrument.selftest.reset();
  facts.shards = sample_shards(facts.instrument);
  facts.allocation = analysis::Allocation::first_come_first_served;
  facts.rounds.front().announced_roster = 30'000;
  facts.rounds.front().announced_coupons = 6'000;
  facts.rounds.front().planned = {
      .reservations = 30'000, .claims = 30'000, .claims_inside = 30'000};
  Assessment& assessment = run.assessment;
  assessment.burst = analysis::BurstSpread{.round = 0,
                                           .winners = 6'000,
                                           .sent_spread_ns = 610'000'000,
                                           .issued_spread_ns = 1'830'000'000,
                                           .delay_p50_ns = 402'000'000,
                                           .delay_p99_ns = 1'270'000'000,
                                           .uncertainty_ns = 1'061'000};
  assessment.verdict = RunVerdict::biased;
  assessment.verdict_reason =
      "Users of the cohort fibre won far more often than those of mobile, by more than the margin "
      "of 1 pp, and beyond what chance allows.";
  assessment.failed = true;
  assessment.invariants = passing_checks();
  check_in(assessment.invariants, "I14") = {.id = "I14",
                                            .name = "draw conformity",
                                            .verdict = CheckVerdict::not_applicable,
                                            .finding = "The target declares no draw.",
                                            .examples = {}};
  assessment.sightings = sightings_of(6'000);
  assessment.sightings.back() = {"contention when the stock ran out", true, 1};
  assessment.outcomes = {{Op::reserve, Outcome::accepted, Reason::none, 30'000},
                         {Op::claim, Outcome::win, Reason::none, 6'000},
                         {Op::claim, Outcome::loss, Reason::sold_out, 24'000}};
  assessment.latencies = {
      {Op::reserve, histogram_of(30'000, {14, 0.3}), histogram_of(30'000, {1.1, 0.3})},
      {Op::claim, histogram_of(30'000, {38, 0.35}), histogram_of(30'000, {3.4, 0.45})}};
  assessment.load = load_of(series_of({.users = 30'000,
                                       .mean_s = 0.6,
                                       .win_share = 1,
                                       .coupons = 6'000,
                                       .reservation = facts.rounds.front().reservation,
                                       .rush = facts.rounds.front().rush}),
                            24'300);
  assessment.fairness =
      first_come_figures(facts, {.users = 30'000, .winners = 6'000, .mean_s = 0.6});
  assessment.attempts = 60'000;
  add_behaviour(assessment);
  return run;
}

SampleRun fair_rounds() {
  SampleRun run{"fair_rounds", base_facts(), assessment_of_300()};
  RunFacts& facts = run.facts;
  facts.scenario = "rush-3000";
  facts.question = "Over twenty evenings, does everybody have the same chance?";
  facts.target = "http://coupons.example:8080";
  facts.users = 3'000;
  facts.allocation = analysis::Allocation::unknown;
  facts.rounds.front().announced_roster = 3'000;
  facts.rounds.front().announced_coupons = 600;
  facts.rounds.resize(20, facts.rounds.front());
  Assessment& assessment = run.assessment;
  assessment.invariants = over_rounds({20, passing_checks()});
  assessment.load = load_of_rounds(facts, 20);
  assessment.fairness = drawn_figures(facts, {.users = 3'000, .winners = 600, .rounds = 20});
  assessment.verdict = RunVerdict::fair;
  assessment.verdict_reason =
      "Every check passes, and over 20 rounds with 3,000 participants each the chances of all "
      "groups compared are equal to within 1 percentage points.";
  assessment.passed = true;
  return run;
}

SampleRun sticky_winners() {
  SampleRun run = fair_rounds();
  run.name = "sticky_winners";
  run.facts.fault = "sticky-winners";
  run.facts.rounds.resize(3);
  Assessment& assessment = run.assessment;
  assessment.load = load_of_rounds(run.facts, 3);
  assessment.fairness = sticky_figures(run.facts, {.users = 3'000, .winners = 600, .rounds = 3});
  assessment.verdict = RunVerdict::biased;
  assessment.verdict_reason =
      "Winning depends on more than chance: " + assessment.fairness.test("luck")->meaning + ".";
  assessment.passed = false;
  assessment.failed = true;
  std::vector<CheckResult> last = passing_checks();
  CheckResult& lost = check_in(last, "I5");
  lost.verdict = CheckVerdict::unknown;
  lost.finding = "1 acknowledged coupon may have come after the ledger was read.";
  lost.open_attempts = 1;
  lost.examples = {
      {UserIndex{17}, {"11.534 s  claim sent (attempt 402, try 0)", "11.541 s  won C-00017"}, 2}};
  assessment.invariants = over_rounds({passing_checks(), passing_checks(), last});
  return run;
}

SampleRun violation() {
  SampleRun run{"violation", base_facts(), assessment_of_300()};
  run.facts.target = "http://coupons.example:8080";
  Assessment& assessment = run.assessment;
  assessment.verdict = RunVerdict::violation;
  assessment.verdict_reason = "Three invariants are violated; their evidence is below.";
  assessment.failed = true;
  CheckResult& oversell = check_in(assessment.invariants, "I1");
  oversell.verdict = CheckVerdict::fail;
  oversell.finding = "61 coupons issued, 59 available: 2 too many.";
  oversell.violations = 2;
  CheckResult& one_each = check_in(assessment.invariants, "I4");
  one_each.verdict = CheckVerdict::fail;
  one_each.finding = "1 user holds 2 coupons.";
  one_each.violations = 1;
  one_each.examples = {
      {UserIndex{17},
       {"11.534 s  claim sent (attempt 402, try 0)", "11.536 s  claim sent (attempt 403, try 1)",
        "11.541 s  attempt 402 won coupon C-00017", "11.543 s  attempt 403 won coupon C-00058"},
       0}};
  CheckResult& lost = check_in(assessment.invariants, "I5");
  lost.verdict = CheckVerdict::fail;
  lost.finding = "4 of 61 acknowledged coupons are not in the ledger.";
  lost.violations = 4;
  for (const std::uint32_t user : {8u, 91u, 120u, 244u}) {
    lost.examples.push_back(
        {UserIndex{user},
         {"12.004 s  claim sent (attempt 511, try 0)",
          "12.010 s  won coupon C-<b>00041</b>\x1b[31m", "ledger: no row for this user"},
         0});
  }
  return run;
}

SampleRun interrupted() {
  SampleRun run{"interrupted", base_facts(), assessment_of_300()};
  run.facts.build_type = "Debug";
  run.facts.interrupted = true;
  run.facts.interrupted_ns = 14'200'000'000;
  run.facts.rounds.front().ledger_missing = "the run was stopped before the ledger was read";
  run.facts.instrument.unsent = 148;
  Assessment& assessment = run.assessment;
  assessment.verdict = RunVerdict::inconclusive;
  assessment.verdict_reason =
      "No violation was found, but the run is not known: the run was interrupted 2.7 s into the "
      "rush; unknown: I5 no lost ack; never seen: a refused intruder.";
  CheckResult& lost = check_in(assessment.invariants, "I5");
  lost.verdict = CheckVerdict::unknown;
  lost.finding = "There is no ledger to look into.";
  lost.open_attempts = 9;
  CheckResult& instrument = check_in(assessment.invariants, "I20");
  instrument.finding =
      "Sent at most 1.92 ms late at p99; 148 planned attempts did not leave, as the run was "
      "interrupted.";
  assessment.sightings[3].seen = 0;
  assessment.outcomes.push_back({Op::claim, Outcome::indeterminate, Reason::stopped_in_flight, 9});
  assessment.fairness = drawn_figures(run.facts, {.users = 8, .winners = 0});
  return run;
}

SampleRun empty_run() {
  SampleRun run{"empty_run", base_facts(), {}};
  run.facts.rounds.front().announced_roster.reset();
  run.facts.rounds.front().announced_coupons.reset();
  run.facts.instrument = {};
  run.assessment.verdict_reason = "No attempt left the instrument.";
  run.assessment.invariants = passing_checks();
  for (CheckResult& check : run.assessment.invariants) {
    check.verdict = CheckVerdict::unknown;
    check.finding = "There is nothing to look at.";
  }
  run.assessment.sightings = sightings_of(0);
  const double none = std::numeric_limits<double>::quiet_NaN();
  auto& fairness = run.assessment.fairness;
  fairness.rate_of_reserved = none;
  fairness.rate_of_claimed = none;
  fairness.intended_rate = none;
  fairness.cohorts = {{"fibre", 0, 0, 0, none, none, none, none},
                      {"mobile", 0, 0, 0, none, none, none, none}};
  fairness.detectable_gap_pp = std::numeric_limits<double>::infinity();
  run.assessment.load.claims_per_second_max = none;
  return run;
}

std::vector<SampleRun> all_samples() {
  return {proven_draw(), first_come(),  fair_rounds(), sticky_winners(),
          violation(),   interrupted(), empty_run()};
}

}  // namespace fairrush::reports::testing
