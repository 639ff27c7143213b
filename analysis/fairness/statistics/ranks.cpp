#include "analysis/fairness/statistics/ranks.hpp"

#include <cmath>

namespace fairrush::analysis {

double RankSum::area() const {
  return (rank_sum_ - winners_ * (winners_ + 1) / 2) / (winners_ * (members_ - winners_));
}

double RankSum::variance() const {
  const double losers = members_ - winners_;
  if (winners_ == 0 || losers == 0) return 0;
  const double cube = members_ * members_ * members_ - members_;
  return (members_ + 1) / (12 * winners_ * losers) * (1 - ties_ / cube);
}

std::optional<Tested> test_ranks(std::span<const RankSum> rounds) {
  double weights = 0;
  double excess = 0;
  double variance = 0;
  for (const RankSum& round : rounds) {
    const double round_variance = round.variance();
    if (round_variance <= 0) continue;
    const double weight = round.weight();
    weights += weight;
    excess += weight * (round.area() - 0.5);
    variance += weight * weight * round_variance;
  }
  if (weights == 0) return std::nullopt;
  return Tested{.statistic = 0.5 + excess / weights,
                .p_value = normal_two_sided(excess / std::sqrt(variance))};
}

double gap_of_area(double area, double win_share) {
  return 8 * win_share * (1 - win_share) * (area - 0.5);
}

}  // namespace fairrush::analysis
