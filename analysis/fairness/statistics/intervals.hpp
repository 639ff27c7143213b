#pragma once

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Exact interval of a probability of which `wins` of `members` independent trials succeeded
/// (Clopper, Pearson 1934). `confidence` in (0, 1); members > 0. For independent trials only: the
/// winners of one draw are not (docs/fairness.md).
Interval clopper_pearson(Tally trials, double confidence);

/// The score interval of the same (Wilson 1927): closer to its confidence on average, never below
/// 0 or above 1.
Interval wilson(Tally trials, double confidence);

/// Ratio of two win rates, that of `first` over that of `second`, with the interval of its
/// logarithm (Katz et al. 1978): ln(a/b) ± z·√((1−a)/w_a + (1−b)/w_b). Where one of the groups has
/// no winner, ½ is added to winners and losers of both (Haldane 1956). Both have members.
struct RateRatio {
  double ratio = 1;
  Interval interval;
};
RateRatio rate_ratio(Tally first, Tally second, double confidence);

}  // namespace fairrush::analysis
