#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/reports.hpp"
#include "reports/svg/scale.hpp"

namespace fairrush::reports {

/// The part of all wins that counts as nearly all.
inline constexpr double kMostWins = 0.9;

/// A stretch of the rush as a plot shows it; several steps of the time series.
struct RushBin {
  double start_s = 0;  ///< since the rush opened
  double claims_per_s = 0;
  double wins_per_s = 0;
  double in_flight_max = 0;
};

/// The part of the rush in which claims come: from its opening, or the first early claim, until 99
/// % of the claims were sent and the last win was answered.
struct RushTime {
  std::vector<RushBin> bins;  ///< empty when no claim was sent
  double bin_s = 1;
  std::uint64_t claims_later = 0;  ///< sent after the last bin
  /// When kMostWins of the winners had their coupon: set when that was well before the claims had
  /// come, as where the first to come take all.
  std::optional<double> wins_end_s;

  Extent extent() const;  ///< in seconds since the rush opened
};

RushTime rush_time(const ReportInput& input);

}  // namespace fairrush::reports
