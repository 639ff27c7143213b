#pragma once

#include <cstdint>
#include <string>

#include "analysis/fairness/fairness_figures.hpp"
#include "base/units.hpp"

namespace fairrush::analysis {

/// What the tests say together.
struct BiasJudgement {
  bool biased = false;
  std::string reason;  ///< what the first two tests say that show bias, and how many more do
};

/// Biased iff a primary test is rejected at kBiasLevel after Holm and its effect is material:
/// larger than the margin, or for cohorts an impact ratio below kImpactTooLow. That ratio is an
/// effect size, not a test: alone it accuses nobody, as four users and one winner have a ratio of
/// 0.
BiasJudgement judge_bias(const FairnessFigures& figures);

/// Whether equal chances are shown.
struct EquivalenceJudgement {
  bool shown = false;
  std::uint64_t rounds_more = 0;  ///< 0: more rounds are not what is missing
  std::string missing;            ///< one clause; empty when shown
};

/// Shown iff chance decided in as many rounds as the plan asks for the smallest group, the 90 %
/// interval of every group's difference from all lies within the margin (all must, so no correction
/// for their number: an intersection–union test), and that of the impact ratio lies above
/// kImpactTooLow, which keeps ±1 pp from meaning anything where chances are 1 %.
EquivalenceJudgement judge_equivalence(const FairnessFigures& figures, Share margin);

}  // namespace fairrush::analysis
