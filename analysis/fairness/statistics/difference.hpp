#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/fairness/statistics/groups.hpp"
#include "analysis/fairness/statistics/intervals.hpp"

namespace fairrush::analysis {

/// One group against the rest in one round.
struct Stratum {
  Tally all;
  Tally group;
};

/// A difference of win rates with its standard error.
struct Estimate {
  double of_one = 0;
  double standard_error = 0;

  /// of_one ± z·standard_error.
  Interval interval(double confidence) const;
};

/// What a group wins more or less than others, over rounds.
struct Difference {
  Estimate from_rest;          ///< group − the others
  Estimate from_all;           ///< group − everybody, itself included
  double statistic = 0;        ///< χ²(1)
  double p_value = 1;          ///< that chance alone gives such a difference
  double heterogeneity = 0;    ///< Σz² − χ²
  double heterogeneity_p = 1;  ///< that the difference is the same in every round
  std::size_t rounds = 0;      ///< in which chance decided about the group
};

/// Pools the rounds after Cochran (1954), Mantel and Haenszel (1959), without correction:
/// χ² = (Σ(w − mK/N))²/ΣV with V = m(N−m)K(N−K)/(N²(N−1)). The difference from the rest is
/// Σ(w − mK/N)/Σ m(N−m)/N, that from all Σ(w − mK/N)/Σm; their standard errors divide √ΣV by the
/// same. Rounds with V = 0 are left out; nothing when no other is there.
std::optional<Difference> pooled_difference(std::span<const Stratum> rounds);

/// The strata of group number `group`.
std::vector<Stratum> strata_of(std::span<const Groups> rounds, std::size_t group);

/// Two one-sided tests (Schuirmann 1987) of whether a difference lies within ±`margin` (0 … 1): the
/// larger p-value of the two. At 5 % that is whether the 90 % interval lies inside.
double equivalence_p(Estimate difference, double margin);

}  // namespace fairrush::analysis
