#include "analysis/assessment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/fairness/fairness.hpp"
#include "analysis/figures/figures.hpp"
#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

constexpr std::string_view kInstrumentCheck = "I20";
constexpr std::string_view kDrawCheck = "I14";

CheckVerdict verdict_of(const Assessment& assessment, std::string_view id) {
  const auto found = std::ranges::find(assessment.invariants, id, &CheckResult::id);
  return found == assessment.invariants.end() ? CheckVerdict::not_applicable : found->verdict;
}

/// "I1 no oversell" for every invariant with this verdict; the instrument's own check is apart.
std::vector<std::string> invariants_with(const Assessment& assessment, CheckVerdict verdict) {
  std::vector<std::string> names;
  for (const CheckResult& check : assessment.invariants) {
    if (check.id == kInstrumentCheck || check.verdict != verdict) continue;
    names.push_back(fmt::format("{} {}", check.id, check.name));
  }
  return names;
}

/// A verdict speaks of those who got an answer; when more than this part of a cohort did not, it
/// would be silent about the very users that were worst off.
constexpr double kUnansweredShareMax = 0.1;

void add_fairness_gaps(const FairnessFigures& fairness, std::vector<std::string>& gaps) {
  for (const GroupRate& cohort : fairness.cohorts) {
    const double share =
        static_cast<double>(cohort.unanswered) / std::max(1.0, static_cast<double>(cohort.asked));
    if (share <= kUnansweredShareMax) continue;
    gaps.push_back(fmt::format("{} of {} users of cohort {} got no definite answer",
                               cohort.unanswered, cohort.asked, cohort.label));
  }
  if (fairness.winners == 0) gaps.emplace_back("nobody won, so there is nothing to judge");
}

/// What keeps a run from being known, whatever the figures say; one clause each.
std::vector<std::string> gaps_of(const Assessment& assessment, const RunFacts& facts) {
  std::vector<std::string> gaps;
  if (facts.interrupted) gaps.emplace_back("the run was interrupted");
  if (verdict_of(assessment, kInstrumentCheck) != CheckVerdict::pass) {
    gaps.emplace_back("the instrument was below its validity bar");
  }
  const auto unknown = invariants_with(assessment, CheckVerdict::unknown);
  if (!unknown.empty()) gaps.push_back(fmt::format("unknown: {}", fmt::join(unknown, ", ")));
  std::vector<std::string> unseen;
  for (const SightingResult& sighting : assessment.sightings) {
    if (sighting.attempted && sighting.seen == 0) unseen.push_back(sighting.name);
  }
  if (!unseen.empty()) gaps.push_back(fmt::format("never seen: {}", fmt::join(unseen, ", ")));
  add_fairness_gaps(assessment.fairness, gaps);
  return gaps;
}

std::string too_small_text(const FairnessFigures& fairness, Share margin) {
  if (fairness.rounds_needed == 0) return "Every check passes, but fairness could not be tested.";
  if (fairness.rounds_needed == 1) {
    return fmt::format(
        "Every check passes and no bias was found, but finding none is no proof of fairness, and "
        "equivalence within {:g} percentage points was not tested.",
        margin.of_one * 100);
  }
  return fmt::format(
      "Every check passes and no bias was found, but one round with {} participants cannot show "
      "fairness within {:g} percentage points; that takes {} rounds.",
      format_count(fairness.claimed), margin.of_one * 100, format_count(fairness.rounds_needed));
}

/// Statistics of a run whose instrument stalled, or whose records are lost, accuse nobody.
bool statistics_count(const RunEvidence& evidence, const Assessment& assessment) {
  return !evidence.history.truncation() &&
         verdict_of(assessment, kInstrumentCheck) == CheckVerdict::pass;
}

struct Judgement {
  RunVerdict verdict;
  std::string reason;
};

Judgement judge(const RunEvidence& evidence, const Assessment& assessment) {
  const auto failed = invariants_with(assessment, CheckVerdict::fail);
  if (!failed.empty()) {
    return {RunVerdict::violation, fmt::format("{} {}: {}.", failed.size(),
                                               failed.size() == 1 ? "check fails" : "checks fail",
                                               fmt::join(failed, ", "))};
  }
  const Share margin = evidence.facts.fairness_margin;
  const BiasJudgement bias = judge_bias(assessment.fairness, margin);
  const bool recomputed = verdict_of(assessment, kDrawCheck) == CheckVerdict::pass;
  if (bias.biased && statistics_count(evidence, assessment)) {
    return {RunVerdict::biased,
            fmt::format("Winning depends on more than chance: {}.{}", bias.reason,
                        recomputed ? " The draw itself computes again, so repeat the run to tell "
                                     "chance from a roster arranged before the draw."
                                   : "")};
  }
  const auto gaps = gaps_of(assessment, evidence.facts);
  if (!gaps.empty()) {
    return {RunVerdict::inconclusive,
            fmt::format("No violation was found, but the run is not known: {}.",
                        fmt::join(gaps, "; "))};
  }
  if (recomputed) {
    return {RunVerdict::proven,
            "Every check passes, and the published draw, computed again, gives exactly the coupons "
            "that were issued."};
  }
  return {RunVerdict::inconclusive, too_small_text(assessment.fairness, margin)};
}

void set_exit(const RunFacts& facts, Assessment& assessment) {
  assessment.failed = assessment.verdict == RunVerdict::violation ||
                      (assessment.verdict == RunVerdict::biased && facts.fairness_gates);
  const bool fairness_open = assessment.verdict == RunVerdict::inconclusive && facts.fairness_gates;
  assessment.passed = !assessment.failed && !fairness_open && gaps_of(assessment, facts).empty();
}

}  // namespace

Assessment assess(const RunEvidence& evidence) {
  const RunIndex index(evidence);
  const ClaimTraffic traffic(index);
  Assessment assessment;
  assessment.attempts = evidence.history.records();
  assessment.invariants = run_checks(index);
  assessment.sightings = sightings(index, traffic);
  assessment.outcomes = outcome_counts(index);
  assessment.latencies = latency_figures(index);
  assessment.series = time_series(index, traffic);
  assessment.fairness = fairness_figures(index);
  assessment.claims_per_second_max =
      static_cast<double>(traffic.fullest_second(evidence.facts.rush));
  Judgement judgement = judge(evidence, assessment);
  assessment.verdict = judgement.verdict;
  assessment.verdict_reason = std::move(judgement.reason);
  set_exit(evidence.facts, assessment);
  return assessment;
}

}  // namespace fairrush::analysis
