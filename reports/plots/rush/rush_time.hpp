#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/reports.hpp"
#include "reports/svg/scale.hpp"

namespace fairrush::reports {

/// The part of all wins that counts as nearly all.
inline constexpr double kMostWins = 0.9;

/// A stretch of the rush as a plot shows it; several steps of the time series. What is not said to
/// be of all rounds is of the busiest one.
struct RushBin {
  double start_s = 0;  ///< since the rush opened
  double claims_per_s = 0;
  double wins_per_s = 0;
  double in_flight_max = 0;
  double claims_per_s_mean = 0;  ///< of all rounds
  double in_flight_any = 0;      ///< the most in any round
};

/// The part of the rush in which claims come: from its opening, or the first early claim, until 99
/// % of the claims were sent and the last win was answered, in any round.
struct RushTime {
  std::vector<RushBin> bins;  ///< empty when no claim was sent
  double bin_s = 1;
  std::uint64_t rounds = 0;
  std::string round;               ///< "round 2, the busiest of 3"; empty for a run of one
  std::uint64_t claims_later = 0;  ///< of the busiest round, sent after the last bin
  /// When kMostWins of the winners of the busiest round had their coupon: set when that was well
  /// before the claims had come, as where the first to come take all.
  std::optional<double> wins_end_s;

  Extent extent() const;  ///< in seconds since the rush opened
  /// "Claims over the rush", "Claims over the rush of round 2, the busiest of 3".
  std::string title(std::string_view of) const;
};

RushTime rush_time(const ReportInput& input);

}  // namespace fairrush::reports
