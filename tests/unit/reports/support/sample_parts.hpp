#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/assessment.hpp"

namespace fairrush::reports::testing {

/// A latency distribution: its median, and the exponent of its tail.
struct LatencyShape {
  double median_ms = 1;
  double tail = 0.3;  ///< latency at quantile q is median · (½ / (1 − q))^tail
};
/// A histogram of `count` values of that shape.
analysis::Histogram histogram_of(std::uint64_t count, LatencyShape shape);

/// A rush whose clicks thin out exponentially after its opening.
struct RushShape {
  std::uint32_t users = 0;
  double mean_s = 5;
  double service_s = 0.02;
  double win_share = 0.2;     ///< of the claims, while there are coupons
  std::uint32_t coupons = 0;  ///< wins end with them
  analysis::Window reservation;
  analysis::Window rush;
};
analysis::TimeSeries series_of(const RushShape& shape);

/// The load of a run of one round.
analysis::LoadFigures load_of(const analysis::TimeSeries& series, double claims_per_second_max);

/// The checks of a run in which everything holds.
std::vector<analysis::CheckResult> passing_checks();
/// The checks of a run, from those of its rounds.
std::vector<analysis::CheckResult> over_rounds(
    const std::vector<std::vector<analysis::CheckResult>>& rounds);
/// The check of that id, to be changed.
analysis::CheckResult& check_in(std::vector<analysis::CheckResult>& checks, std::string_view id);

std::vector<analysis::SightingResult> sightings_of(std::uint64_t times);

}  // namespace fairrush::reports::testing
