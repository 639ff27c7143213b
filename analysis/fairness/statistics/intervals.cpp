#include "analysis/fairness/statistics/intervals.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::analysis {

Interval clopper_pearson(Tally trials, double confidence) {
  FAIRRUSH_ASSERT(trials.members > 0 && trials.wins <= trials.members);
  const double tail = (1 - confidence) / 2;
  const auto wins = static_cast<double>(trials.wins);
  const double losses = static_cast<double>(trials.members) - wins;
  Interval interval{0, 1};
  if (wins > 0) interval.low = boost::math::ibeta_inv(wins, losses + 1, tail);
  if (losses > 0) interval.high = boost::math::ibetac_inv(wins + 1, losses, tail);
  return interval;
}

Interval wilson(Tally trials, double confidence) {
  FAIRRUSH_ASSERT(trials.members > 0 && trials.wins <= trials.members);
  const auto members = static_cast<double>(trials.members);
  const double share = static_cast<double>(trials.wins) / members;
  const double z = normal_quantile((1 + confidence) / 2);
  const double weight = z * z / members;
  const double middle = (share + weight / 2) / (1 + weight);
  const double half =
      z / (1 + weight) * std::sqrt(share * (1 - share) / members + weight / (4 * members));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

RateRatio rate_ratio(Tally first, Tally second, double confidence) {
  FAIRRUSH_ASSERT(first.members > 0 && second.members > 0);
  const double extra = first.wins == 0 || second.wins == 0 ? 0.5 : 0;
  const double first_wins = static_cast<double>(first.wins) + extra;
  const double second_wins = static_cast<double>(second.wins) + extra;
  const double first_members = static_cast<double>(first.members) + 2 * extra;
  const double second_members = static_cast<double>(second.members) + 2 * extra;
  const double ratio = first_wins / first_members / (second_wins / second_members);
  const double spread =
      std::sqrt(1 / first_wins - 1 / first_members + 1 / second_wins - 1 / second_members);
  const double reach = normal_quantile((1 + confidence) / 2) * spread;
  return {ratio, {ratio * std::exp(-reach), ratio * std::exp(reach)}};
}

}  // namespace fairrush::analysis
