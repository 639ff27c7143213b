#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/latency/histogram.hpp"
#include "analysis/run/directory.hpp"
#include "analysis/verdict.hpp"

namespace fairrush::analysis {

/// How often an operation ended in one way.
struct OutcomeCount {
  Op op{};
  Outcome outcome{};
  Reason reason{};
  std::uint64_t count = 0;
};

/// Latencies of the attempts of one operation that got an answer.
struct LatencyFigures {
  Op op{};
  Histogram from_intended;  ///< click to answer seen, as the user feels it
  Histogram service;        ///< first byte out to answer received, as the wire has it
};

/// What happened in one step of the run's time.
struct TimePoint {
  std::int64_t start_ns = 0;
  std::uint32_t reservations = 0;  ///< acknowledged in this step
  std::uint32_t claims = 0;        ///< first bytes of claims that left in this step
  std::uint32_t wins = 0;          ///< users' first wins, by time of answer as the next two
  std::uint32_t losses = 0;
  std::uint32_t refusals = 0;
  std::uint32_t indeterminate = 0;  ///< by time of sending
  std::uint32_t in_flight_max = 0;  ///< most claims in flight at once
};
struct TimeSeries {
  Duration step{};
  std::vector<TimePoint> points;  ///< without gaps, from the epoch to the last event
};

/// Winners in a group, held against what chance allows: the band is where a fair draw of K among N
/// without replacement puts the group's rate in 99.9 % of runs (hypergeometric).
struct GroupRate {
  std::string label;
  std::uint64_t reserved = 0;  ///< members on the roster
  std::uint64_t claimed = 0;   ///< of those, with a claim inside the window that got its answer
  std::uint64_t wins = 0;
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double band_low = 0;  ///< for rate_of_claimed
  double band_high = 0;
  std::uint64_t asked = 0;       ///< sent a reservation, or a claim inside the window; cohorts only
  std::uint64_t unanswered = 0;  ///< of those, without a definite answer to one of the two
};

/// A statistical test with its effect in terms a person can weigh.
struct TestResult {
  std::string name;  ///< "cohorts (chi-squared)"
  double statistic = 0;
  double p_value = 1;  ///< two-sided
  double effect = 0;
  std::string effect_unit;  ///< "pp between the best and the worst cohort", "AUC"
  std::string meaning;      ///< one sentence
  bool computed = false;    ///< false: too little data; `meaning` says what is missing
};

struct FairnessFigures {
  std::uint64_t reserved = 0;  ///< N: the roster
  std::uint64_t claimed = 0;   ///< S: of the roster, with an answered claim inside the window
  std::uint64_t winners = 0;   ///< K: of those, who hold a coupon
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double intended_rate = 0;  ///< C/N
  std::vector<GroupRate> cohorts;
  std::vector<GroupRate> arrival_deciles;  ///< by first byte of the first claim sent in the window
  TestResult cohort_test;
  TestResult arrival_test;  ///< AUC of arrival rank against winning; ½ = arrival does not matter
  double detectable_gap_pp = 0;  ///< smallest half-against-half gap one round can see (80 % power)
  std::uint64_t rounds_needed = 0;  ///< to show equivalence within the margin, verification.md §4.4
};

/// The verifier's whole answer about a run.
struct Assessment {
  RunVerdict verdict = RunVerdict::inconclusive;
  std::string verdict_reason;           ///< one or two sentences
  bool passed = false;                  ///< exit code 0
  bool failed = false;                  ///< exit code 1; neither: not known, exit code 3
  std::vector<CheckResult> invariants;  ///< in the order of their ids
  std::vector<SightingResult> sightings;
  std::vector<OutcomeCount> outcomes;     ///< by op, outcome, reason; only what occurred
  std::vector<LatencyFigures> latencies;  ///< by op; only what occurred
  TimeSeries series;
  FairnessFigures fairness;
  std::uint64_t attempts = 0;
  double claims_per_second_max = 0;  ///< claims sent in the fullest second of the rush
};

/// Runs every check and figure over the evidence. Pure and deterministic; O(n) in attempts but for
/// sorts by time and by attempt number.
///
/// The verdict is the strongest of these that holds (verification.md §4.3):
/// - violation: an invariant fails. The instrument's own check (I20) is none: a run below the
///   validity bar is not known, and its statistics accuse nobody.
/// - biased: Holm's procedure over the cohort and arrival tests rejects at 10⁻³ and the effect is
///   larger than the margin. This holds for a draw that computes again, too: a proof shows that the
///   published inputs gave these winners, not that nobody arranged the roster knowing the secret,
///   which without a public beacon is possible. By chance it happens to one fair run in a thousand;
///   the reason then says to repeat the run.
/// - inconclusive, because something is missing: an unknown invariant, an attempted sighting that
///   was never seen, an interrupted run, an instrument below its bar.
/// - proven: the published draw, computed again, is what was issued (I14).
/// - inconclusive otherwise: one round shows no equivalence; says how many rounds would.
Assessment assess(const RunEvidence& evidence);

}  // namespace fairrush::analysis
