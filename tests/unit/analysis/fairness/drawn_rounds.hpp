#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/fairness/fairness.hpp"
#include "base/random/counter_random.hpp"

namespace fairrush::analysis {

/// Rounds made up for tests: users of cohorts in turn, tickets by user number, arrivals in an order
/// of their own, and a draw without replacement, weighted where a test wants it unfair.
struct DrawnRounds {
  std::uint32_t users = 300;
  std::uint32_t winners = 60;
  std::vector<std::uint32_t> cohorts{2, 1};  ///< parts of the users
  double show_up = 1;
  std::uint64_t seed = 1;

  /// How much likelier than others a participant is drawn next; `place` in order of arrival.
  using Weight = std::function<double(const Participant& participant, std::uint32_t place)>;

  RoundParticipants round(std::uint32_t number, const Weight& weight = nullptr) const;
};

/// Facts that name two cohorts, "fibre" and "mobile", and a margin of 1 pp.
RunFacts study_facts(std::uint64_t seed = 1);

}  // namespace fairrush::analysis
