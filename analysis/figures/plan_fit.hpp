#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// How close the clicks of one phase came to the plan (docs/decisions/0013). Distances are those of
/// Kolmogorov and Smirnov: the greatest difference of two distribution functions, 0 … 1.
struct PlanFit {
  Op op = Op::claim;              ///< reserve or claim
  std::uint64_t clicks = 0;       ///< that the shape moves and the instrument was to send
  std::uint64_t unsent = 0;       ///< of those, never sent for the instrument's sake
  double off_shape = 0;           ///< intended times against the shape
  double off_shape_max = 0;       ///< what chance and the shape's grid allow
  double off_plan = 0;            ///< sending times less one-way delays against intended times
  double off_plan_in_time = 0;    ///< the same, where what is kOffPlanTime early or late is on time
  std::int64_t shift_max_ns = 0;  ///< of a quantile of the middle 98 %; later is positive

  /// Within the bars.
  bool holds() const { return off_shape <= off_shape_max && off_plan_in_time <= kOffPlanMax; }

  static constexpr std::int64_t kOffPlanTimeNs = 50'000'000;
  static constexpr double kOffPlanMax = 0.05;
};

/// Of the phases whose shape is known and of which a click was planned, reservations first.
/// O(n log n).
std::vector<PlanFit> plan_fits(const RunIndex& index);

/// Keeps the worse of each figure, of the phase of either.
void add_round(std::vector<PlanFit>& fits, const std::vector<PlanFit>& round);

/// "claims left 0.3 % of users off the plan, at most 1.2ms behind it".
std::string describe(const PlanFit& fit);

}  // namespace fairrush::analysis
