#include "analysis/fairness/statistics/difference.hpp"

#include <algorithm>
#include <cmath>

namespace fairrush::analysis {

Interval Estimate::interval(double confidence) const {
  const double reach = normal_quantile((1 + confidence) / 2) * standard_error;
  return {of_one - reach, of_one + reach};
}

std::optional<Difference> pooled_difference(std::span<const Stratum> rounds) {
  Difference pooled;
  double excess = 0;
  double variance = 0;
  double squares = 0;
  double weight = 0;
  double all_members = 0;
  for (const Stratum& round : rounds) {
    if (round.all.members < 2) continue;
    const auto population = static_cast<double>(round.all.members);
    const auto members = static_cast<double>(round.group.members);
    const double spread = members * (population - members) / population;
    const double round_variance = spread * draw_variance(round.all);
    if (round_variance <= 0) continue;
    const double round_excess = static_cast<double>(round.group.wins) -
                                members * static_cast<double>(round.all.wins) / population;
    excess += round_excess;
    variance += round_variance;
    weight += spread;
    all_members += members;
    squares += round_excess * round_excess / round_variance;
    ++pooled.rounds;
  }
  if (pooled.rounds == 0) return std::nullopt;
  pooled.from_rest = {excess / weight, std::sqrt(variance) / weight};
  pooled.from_all = {excess / all_members, std::sqrt(variance) / all_members};
  pooled.statistic = excess * excess / variance;
  pooled.p_value = normal_two_sided(std::sqrt(pooled.statistic));
  pooled.heterogeneity = std::max(0.0, squares - pooled.statistic);
  if (pooled.rounds > 1) {
    pooled.heterogeneity_p =
        chi_squared_upper(pooled.heterogeneity, static_cast<double>(pooled.rounds - 1));
  }
  return pooled;
}

std::vector<Stratum> strata_of(std::span<const Groups> rounds, std::size_t group) {
  std::vector<Stratum> strata;
  strata.reserve(rounds.size());
  for (const Groups& round : rounds) {
    strata.push_back({total_of(round), group < round.size() ? round[group] : Tally{}});
  }
  return strata;
}

double equivalence_p(Estimate difference, double margin) {
  const double above = (difference.of_one + margin) / difference.standard_error;
  const double below = (margin - difference.of_one) / difference.standard_error;
  return std::max(normal_upper(above), normal_upper(below));
}

}  // namespace fairrush::analysis
