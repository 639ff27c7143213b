#include "tests/integration/designs/evidence.hpp"

#include <algorithm>
#include <cmath>

namespace fairrush::design_matrix {
namespace {

using analysis::Assessment;
using analysis::CheckVerdict;

constexpr const char* kNothingLostCheck = "I5";

std::uint64_t coupons_lost(const Assessment& assessment) {
  const auto found =
      std::ranges::find(assessment.invariants, kNothingLostCheck, &analysis::CheckResult::id);
  return found == assessment.invariants.end() ? 0 : found->violations;
}

void add_latency(Evidence& evidence, const Assessment& assessment) {
  const auto claims =
      std::ranges::find(assessment.latencies, analysis::Op::claim, &analysis::LatencyFigures::op);
  if (claims == assessment.latencies.end()) return;
  const auto ms = [&claims](double quantile) {
    return static_cast<double>(claims->from_intended.value_at(quantile)) / 1e6;
  };
  evidence.p50_ms = ms(0.5);
  evidence.p99_ms = ms(0.99);
}

void add_outcomes(Evidence& evidence, const Assessment& assessment) {
  for (const analysis::OutcomeCount& one : assessment.outcomes) {
    if (one.outcome == analysis::Outcome::indeterminate) evidence.open += one.count;
    if (one.reason == analysis::Reason::overloaded) evidence.refused_for_load += one.count;
  }
}

}  // namespace

std::vector<std::string> checks_that(const Assessment& assessment, CheckVerdict verdict) {
  std::vector<std::string> ids;
  for (const analysis::CheckResult& check : assessment.invariants) {
    if (check.verdict == verdict && check.id != analysis::kInstrumentCheck) ids.push_back(check.id);
  }
  return ids;
}

Evidence evidence_of(const Cell& cell, const Assessment& assessment, double server_cpu_seconds) {
  const analysis::FairnessFigures& fairness = assessment.fairness;
  Evidence evidence{
      .design = cell.design,
      .store = cell.store,
      .disturbance = std::string(cell.disturbance->name),
      .verdict = std::string(name_of(assessment.verdict)),
      .rules_held = checks_that(assessment, CheckVerdict::pass).size(),
      .broken = checks_that(assessment, CheckVerdict::fail),
      .lost = coupons_lost(assessment),
      .winners = fairness.winners,
      .coupons = static_cast<std::uint64_t>(
          std::llround(fairness.intended_rate * static_cast<double>(fairness.reserved))),
      .attempts = assessment.attempts,
      .server_cpu_us = server_cpu_seconds * 1e6 /
                       static_cast<double>(std::max<std::uint64_t>(assessment.attempts, 1))};
  evidence.rules_asked = evidence.rules_held + evidence.broken.size() +
                         checks_that(assessment, CheckVerdict::unknown).size();
  for (const analysis::GroupRate& cohort : fairness.cohorts) {
    evidence.cohort_rates.push_back(cohort.rate_of_claimed);
  }
  add_latency(evidence, assessment);
  add_outcomes(evidence, assessment);
  return evidence;
}

}  // namespace fairrush::design_matrix
