#include "tests/unit/reports/support/sample_base.hpp"

#include <cstdint>

#include "tests/unit/reports/support/sample_fairness.hpp"
#include "tests/unit/reports/support/sample_parts.hpp"

namespace fairrush::reports::testing {

using analysis::Assessment;
using analysis::Op;
using analysis::Outcome;
using analysis::Reason;
using analysis::RunFacts;

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;

analysis::InstrumentFacts sample_instrument() {
  return {.wiring = {"io_uring", "economic"},
          .threads = 2,
          .connections_max = 256,
          .lag_p50_ns = 412'000,
          .lag_p99_ns = 1'920'000,
          .lag_max_ns = 4'310'000,
          .lag_steps = {{100'000, 31}, {500'000, 302}, {1'000'000, 248}, {4'310'000, 51}},
          .reservations = {.sent = 300, .late = 0},
          .claims = {.sent = 332, .late = 0},
          .for_connection = {.p50_ns = 0, .p99_ns = 0, .max_ns = 180'000},
          .connecting = {.p50_ns = 61'000, .p99_ns = 240'000, .max_ns = 910'000},
          .loop = {.p50_ns = 71'000, .p99_ns = 880'000, .max_ns = 3'900'000},
          .reading = {.p50_ns = 410'000, .p99_ns = 1'020'000, .max_ns = 2'100'000},
          .thread_share_max = 0.061,
          .queued_share = 0.0021,
          .throttled = {},
          .host = {.listen_overflows = 0,
                   .listen_drops = 0,
                   .request_queue_drops = 0,
                   .retransmits = 4},
          .cpu_seconds = 1.84,
          .target_cpu_seconds = 2.31,
          .memory_peak_bytes = 21'400'000,
          .target_memory_peak_bytes = 18'900'000,
          .wall_seconds = 72.4,
          .steal_share = 0.0012,
          .clock_step_ns = -12'000,
          .clock_offset_ns = 4'000,
          .clock_error_ns = 61'000,
          .unsent = 0,
          .ports_exhausted = 0,
          .descriptors_exhausted = 0,
          .held_back = 0,
          .selftest = analysis::SelfTestFacts{.measured_at = "2026-11-21T11:40:00Z",
                                              .wiring = {"io_uring", "economic"},
                                              .error_p50_ns = 24'000,
                                              .error_p99_ns = 310'000,
                                              .click_error_p99_ns = 1'100'000,
                                              .passed = true}};
}

std::vector<analysis::OutcomeCount> outcomes_of_300() {
  return {{Op::reserve, Outcome::accepted, Reason::none, 295},
          {Op::claim, Outcome::win, Reason::none, 66},
          {Op::claim, Outcome::loss, Reason::not_drawn, 245},
          {Op::claim, Outcome::refusal, Reason::outside_window, 3},
          {Op::claim, Outcome::refusal, Reason::not_reserved, 4},
          {Op::claim, Outcome::refusal, Reason::already_claimed, 14}};
}

}  // namespace

RunFacts base_facts() {
  RunFacts facts;
  facts.scenario = "rush-300";
  facts.question = "Do 300 reserved users each have a 20 % chance, with nothing oversold?";
  facts.started_at = "2026-11-21T12:00:00Z";
  facts.version = "fairrush 0.1.0 (0123abc)";
  facts.build_type = "Release";
  facts.machine = "Xeon, 2 cores, 24 GiB, Linux 6.1";
  facts.target = "built-in: sealed-draw, memory, sqlite";
  facts.event = "rush-1";
  facts.seed = 23;
  facts.users = 300;
  facts.rounds.front().reservation = {kSecondNs / 2, 10 * kSecondNs + kSecondNs / 2};
  facts.rounds.front().rush = {11 * kSecondNs + kSecondNs / 2, 71 * kSecondNs + kSecondNs / 2};
  facts.attempt_timeout = std::chrono::seconds(5);
  facts.quota = {.share = Share{0.2}, .count = {}};
  facts.allocation = analysis::Allocation::draw;
  facts.rounds.front().announced_roster = 295;
  facts.rounds.front().announced_coupons = 59;
  facts.cohorts = {{"fibre", 0.6, "5ms"}, {"mobile", 0.4, "median 60ms, p99 400ms"}};
  facts.personas = {"honest",     "double_clicker", "retrier",  "intruder",
                    "early_bird", "latecomer",      "replayer", "bot"};
  facts.rounds.front().planned = {.reservations = 295, .claims = 332, .claims_inside = 329};
  facts.instrument = sample_instrument();
  facts.options = {{"event.coupons", "20%"},
                   {"event.reserve", "10s"},
                   {"event.rush", "60s"},
                   {"population.users", "300"},
                   {"population.seed", "23"},
                   {"arrivals.shape", "front_loaded"},
                   {"arrivals.mean", "5s"},
                   {"target.design", "sealed-draw"},
                   {"checks.fairness_margin", "1pp"}};
  return facts;
}

Assessment assessment_of_300() {
  const RunFacts facts = base_facts();
  Assessment assessment;
  assessment.invariants = passing_checks();
  assessment.sightings = sightings_of(59);
  assessment.outcomes = outcomes_of_300();
  assessment.latencies = {
      {Op::reserve, histogram_of(295, {18, 0.35}), histogram_of(295, {1.4, 0.3})},
      {Op::claim, histogram_of(332, {16, 0.4}), histogram_of(332, {0.9, 0.35})}};
  assessment.load = load_of(series_of({.users = 332,
                                       .win_share = 59.0 / 332,
                                       .coupons = 59,
                                       .reservation = facts.rounds.front().reservation,
                                       .rush = facts.rounds.front().rush}),
                            61);
  assessment.fairness = drawn_figures(facts, {});
  assessment.attempts = 627;
  return assessment;
}

}  // namespace fairrush::reports::testing
