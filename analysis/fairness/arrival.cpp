#include <cmath>
#include <numbers>

#include "analysis/fairness/statistics.hpp"

namespace fairrush::analysis {

std::optional<Tested> test_arrival(std::span<const Arrival> arrivals) {
  const auto population = static_cast<double>(arrivals.size());
  double winners = 0;
  double rank_sum = 0;
  double ties = 0;  // Σ(t³ − t)
  for (std::size_t first = 0; first < arrivals.size();) {
    std::size_t end = first;
    double wins = 0;
    while (end < arrivals.size() && arrivals[end].time_ns == arrivals[first].time_ns) {
      if (arrivals[end].won) ++wins;
      ++end;
    }
    const double tied = static_cast<double>(end - first);
    const double mid_rank = static_cast<double>(first) + (tied + 1) / 2;
    rank_sum += wins * mid_rank;
    winners += wins;
    ties += tied * tied * tied - tied;
    first = end;
  }
  const double losers = population - winners;
  if (winners == 0 || losers == 0) return std::nullopt;
  const double cube = population * population * population - population;
  const double variance = (population + 1) / (12 * winners * losers) * (1 - ties / cube);
  if (variance <= 0) return std::nullopt;
  Tested tested;
  tested.statistic = (rank_sum - winners * (winners + 1) / 2) / (winners * losers);
  const double z = (tested.statistic - 0.5) / std::sqrt(variance);
  tested.p_value = std::erfc(std::abs(z) / std::numbers::sqrt2);
  return tested;
}

}  // namespace fairrush::analysis
