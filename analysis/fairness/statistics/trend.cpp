#include "analysis/fairness/statistics/trend.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {
namespace {

/// Below this part of Σx² a spread is rounding.
constexpr double kRounding = 1e-12;

}  // namespace

double TrendSum::spread() const {
  if (members_ == 0) return 0;
  const double spread = squares_ - sum_ * sum_ / members_;
  return spread > kRounding * squares_ ? spread : 0;
}

double TrendSum::variance() const {
  return draw_variance(
             {static_cast<std::uint64_t>(members_), static_cast<std::uint64_t>(winners_)}) *
         spread();
}

std::optional<Trend> test_trend(std::span<const TrendSum> rounds) {
  double score = 0;
  double spread = 0;
  double variance = 0;
  double members = 0;
  for (const TrendSum& round : rounds) {
    const double round_variance = round.variance();
    if (round_variance <= 0) continue;
    score += round.score();
    spread += round.spread();
    variance += round_variance;
    members += round.members();
  }
  if (variance <= 0) return std::nullopt;
  Trend trend;
  trend.z = score / std::sqrt(variance);
  trend.p_value = normal_two_sided(trend.z);
  trend.slope = score / spread;
  trend.deviation = std::sqrt(spread / members);
  return trend;
}

}  // namespace fairrush::analysis
