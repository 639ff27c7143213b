#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/fairness/fairness.hpp"
#include "analysis/figures/burst_spread.hpp"
#include "analysis/figures/figures.hpp"
#include "analysis/figures/plan_fit.hpp"
#include "analysis/figures/tallies.hpp"
#include "analysis/round_checks.hpp"
#include "analysis/run/directory.hpp"
#include "analysis/verdict.hpp"

namespace fairrush::analysis {

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
  VisibilityFigures visibility;           ///< empty when no status was read
  LoadFigures load;
  std::vector<PlanFit>
      plan_fits;  ///< by phase; empty where nobody knows the shape, or no clock ran
  std::optional<BurstSpread> burst;  ///< unset when the ledger has no times of issue
  ClaimTallies tallies;
  FairnessFigures fairness;
  std::uint64_t attempts = 0;
  bool cut_short = false;  ///< the history ends early: `attempts` are those that can be read
};

/// What a round's draw was committed to, as published.
struct SealedSecret {
  Digest commitment{};
  Bytes secret;
};

/// What one round adds to a run's assessment.
struct RoundAssessment {
  std::uint32_t number = 0;  ///< 0-based
  std::vector<CheckResult> invariants;
  std::vector<SightingResult> sightings;
  std::vector<OutcomeCount> outcomes;
  std::vector<LatencyFigures> latencies;
  VisibilityFigures visibility;
  RoundLoad load;
  std::vector<PlanFit> plan_fits;
  std::optional<BurstSpread> burst;
  ClaimTallies tallies;
  RoundParticipants participants;
  std::uint64_t attempts = 0;
  std::optional<SealedSecret> sealed;  ///< unset when no draw was published
  bool cut_short = false;              ///< records of the history were lost
};

/// Runs every check and figure over one round. Pure and deterministic, any thread; O(n) in attempts
/// but for sorts by time and by attempt number.
RoundAssessment assess_round(const RoundEvidence& evidence);

/// Puts the rounds of a run together. One thread; the facts must outlive it.
class Assessor {
 public:
  explicit Assessor(const RunFacts& facts) : facts_(facts), study_(facts) {}

  /// Rounds come in their order. A check fails with any round, and is unknown with any. The check
  /// of the draw (I14) also fails with a round whose draw is committed to as an earlier one was.
  void add(RoundAssessment round);

  /// The run as a whole; see `assess`.
  Assessment finish();

 private:
  void refuse_repeated_secret(RoundAssessment& round);
  void judge_instrument(Assessment& assessment) const;

  const RunFacts& facts_;
  FairnessStudy study_;
  RoundChecks checks_;
  Assessment assessment_;
  std::map<Digest, std::uint32_t> commitments_;  // with the round that first had it
  std::map<Bytes, std::uint32_t> secrets_;
};

/// Assesses every round and puts them together.
///
/// The verdict is the first of these that holds (docs/fairness.md):
/// - violation: an invariant fails. The instrument's own check (I20) is none: a run below the
///   validity bar is not known, and its statistics accuse nobody.
/// - biased: a primary test is rejected at 10⁻³ after Holm and its effect is larger than the margin
///   (`judge_bias`). This holds for a draw that computes again, too: a proof shows that the
///   published inputs gave these winners, not that nobody arranged the roster knowing the secret,
///   which without a public beacon, announced before, is possible. By chance it happens to one fair
///   run in a thousand; the reason then says to repeat the run. An interrupted run, one
///   whose target died, or one in which more than kUnansweredShareMax of a cohort got no answer,
///   accuses nobody.
/// - inconclusive, because something is missing: an unknown invariant, an attempted sighting that
///   was never seen, an interrupted run, an instrument below its bar.
/// - proven: the published draw, computed again, is what was issued (I14).
/// - fair: chances are shown to be equal to within the margin (`judge_equivalence`).
/// - inconclusive: they are not; says how many more rounds would show it.
Assessment assess(const RunEvidence& evidence);

}  // namespace fairrush::analysis
