#pragma once

#include <cstdint>

namespace fairrush::analysis {

/// A group of participants and how many of them won.
struct Tally {
  std::uint64_t members = 0;
  std::uint64_t wins = 0;
};

/// A statistic with its p-value: how often a fair draw strays at least as far.
struct Tested {
  double statistic = 0;
  double p_value = 1;
};

/// P(|Z| ≥ |z|) of the standard normal.
double normal_two_sided(double z);
/// P(Z ≥ z).
double normal_upper(double z);
/// The z with P(Z ≤ z) = `probability`, 0 < probability < 1.
double normal_quantile(double probability);

/// P(X ≥ x) of χ² with `freedom` > 0 degrees of freedom, which need not be whole.
double chi_squared_upper(double x, double freedom);
/// P(X ≤ x).
double chi_squared_lower(double x, double freedom);

/// Variance of one participant's outcome in a draw of `wins` among `members` without replacement,
/// in the form in which sums over groups need it: p(1−p)·N/(N−1). 0 for fewer than two.
double draw_variance(Tally all);

}  // namespace fairrush::analysis
