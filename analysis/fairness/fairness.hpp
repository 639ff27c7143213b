#pragma once

#include "analysis/fairness/fairness_figures.hpp"
#include "analysis/fairness/participants.hpp"
#include "analysis/fairness/study_sums.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// Gathers the rounds of a run for the statistics. Keeps nine bytes a user and some kilobytes a
/// round. One thread; the facts must outlive it.
class FairnessStudy {
 public:
  explicit FairnessStudy(const RunFacts& facts) : facts_(facts) {}

  /// Rounds come in their order. Linear in the participants, whose order is taken as given: about
  /// 50 ns each. Users may be others in every round.
  void add(const RoundParticipants& round);

  /// Win rates with what chance allows, every test with its effect, equivalence, and how much data
  /// of this size can show. Linear in users and rounds, but where groups are so small that 10⁴
  /// draws take the place of a formula.
  FairnessFigures figures() const;

 private:
  const RunFacts& facts_;
  StudySums study_;
};

}  // namespace fairrush::analysis
