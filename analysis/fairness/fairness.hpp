#pragma once

#include <string>
#include <vector>

#include "analysis/fairness/fairness_figures.hpp"
#include "analysis/fairness/participants.hpp"

namespace fairrush::analysis {

/// Family-wise level of the tests that decide whether a run is biased: one false alarm in a
/// thousand runs (verification.md §4.3).
inline constexpr double kBiasLevel = 1e-3;

/// Gathers the rounds of a run for the statistics. One thread; the facts must outlive it.
class FairnessStudy {
 public:
  explicit FairnessStudy(const RunFacts& facts) : facts_(facts) {}

  /// Rounds come in their order.
  void add(const RoundParticipants& round);

  /// Win rates by cohort and arrival with what chance allows, the tests, and how much a run of this
  /// size can show.
  FairnessFigures figures() const { return figures_; }

 private:
  const RunFacts& facts_;
  FairnessFigures figures_;
};

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
