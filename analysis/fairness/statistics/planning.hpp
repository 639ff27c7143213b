#pragma once

#include <cstdint>

namespace fairrush::analysis {

/// How large a fair study is.
struct StudySize {
  double participants = 0;  ///< N of each round
  double win_share = 0;     ///< p = K/N, between 0 and 1
  std::uint64_t rounds = 1;
};

/// Smallest gap between two halves, in percentage points, that the rounds show with 80 % power at
/// the two-sided 5 % level: (1.960 + 0.842)·2·√(p(1−p)/((N−1)R)).
double detectable_gap_pp(StudySize study);

/// Rounds until a cohort of `members` is shown to win as often as everybody, to within ±`margin`
/// (0 … 1), with α = 5 % and power 90 % (TOST on `Difference::from_all`):
/// ceil(10.822·p(1−p)(N−m)/(m(N−1)δ²)). 0 when it cannot be said: no margin, no cohort apart from
/// the rest, fewer than two participants, or no chance involved.
std::uint64_t rounds_needed(StudySize study, double members, double margin);

/// Rounds until the ratio of the cohort's win rate to that of the rest is shown to be above
/// `ratio_min` (0 … 1) with α = 5 % and power 90 %, when it is 1:
/// ceil((z.95 + z.90)²·(1−p)/p·(1/m + 1/(N−m))/ln²(ratio_min)). What decides where wins are rare,
/// as ±1 percentage point says little about a chance of 1 %. 0 as above.
std::uint64_t rounds_needed_for_ratio(StudySize study, double members, double ratio_min);

}  // namespace fairrush::analysis
