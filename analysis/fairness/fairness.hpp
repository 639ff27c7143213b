#pragma once

#include "analysis/assessment.hpp"
#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// Family-wise level of the tests that decide whether a run is biased: one false alarm in a
/// thousand runs (verification.md §4.3).
inline constexpr double kBiasLevel = 1e-3;

/// Win rates by cohort and arrival with what chance allows, the two tests, and how much a run of
/// this size can show. Participants are the users of the roster with a claim sent inside the window
/// that got a definite answer; a winner is one of them who holds a coupon by answer or ledger.
FairnessFigures fairness_figures(const RunIndex& index);

/// What the tests say together.
struct BiasJudgement {
  bool biased = false;
  std::string reason;  ///< one sentence for each test that shows bias
};

/// Biased iff Holm's procedure over the cohort and the arrival test rejects at kBiasLevel and the
/// effect is larger than `margin`: the gap between best and worst cohort, or the gap between early
/// and late half that the area under the curve stands for, 8p(1−p)·|AUC − ½|.
BiasJudgement judge_bias(const FairnessFigures& figures, Share margin);

}  // namespace fairrush::analysis
