#include "analysis/fairness/judgement.hpp"

#include <fmt/format.h>

namespace fairrush::analysis {
namespace {

/// Tests whose meaning a verdict repeats; the report has them all.
constexpr std::size_t kMeaningsShown = 2;

}  // namespace

BiasJudgement judge_bias(const FairnessFigures& figures) {
  BiasJudgement judgement;
  std::size_t tests = 0;
  for (const TestResult& test : figures.tests) {
    if (test.family != TestFamily::primary || !test.rejected || !test.material) continue;
    judgement.biased = true;
    if (++tests > kMeaningsShown) continue;
    if (!judgement.reason.empty()) judgement.reason += "; ";
    judgement.reason += test.meaning;
  }
  if (tests > kMeaningsShown) {
    const std::size_t more = tests - kMeaningsShown;
    judgement.reason +=
        fmt::format("; {} more {} bias too", more, more == 1 ? "test shows" : "tests show");
  }
  return judgement;
}

EquivalenceJudgement judge_equivalence(const FairnessFigures& figures, Share margin) {
  EquivalenceJudgement judgement;
  if (figures.rounds_needed == 0) {
    judgement.missing = "equivalence could not be tested";
    return judgement;
  }
  if (figures.rounds_of_chance < figures.rounds_needed) {
    judgement.rounds_more = figures.rounds_needed - figures.rounds_of_chance;
    judgement.missing = fmt::format("it takes {} rounds", format_count(figures.rounds_needed));
    return judgement;
  }
  for (const EquivalenceResult& row : figures.equivalence) {
    if (row.shown) continue;
    judgement.missing =
        row.computed
            ? fmt::format(
                  "the win rate of {} may differ from that of all by anything from {:+.2f} to "
                  "{:+.2f} pp, which is not "
                  "within ±{:g} pp",
                  row.label, row.low_pp, row.high_pp, margin.of_one * 100)
            : fmt::format("nobody of {} can be compared with others", row.label);
    return judgement;
  }
  if (figures.impact.computed && figures.impact.low <= kImpactTooLow) {
    judgement.missing = fmt::format(
        "the win rate of {} may be as low as {:.2f} of that of {}, which is not above {:g}",
        figures.impact.worst, figures.impact.low, figures.impact.best, kImpactTooLow);
    return judgement;
  }
  judgement.shown = true;
  return judgement;
}

}  // namespace fairrush::analysis
