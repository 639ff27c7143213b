#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace fairrush::analysis {

/// A group of participants and how many of them won.
struct Tally {
  std::uint64_t members = 0;
  std::uint64_t wins = 0;
};

/// A statistic with its two-sided p-value.
struct Tested {
  double statistic = 0;
  double p_value = 1;
};

/// Whether groups win at the same rate: X² = ((N−1)/N)·Σ(w_c − m_c p)²/(m_c p(1−p)) against
/// χ²(c−1), the factor because winners are drawn without replacement (verification.md §4.1). Where
/// an expected count m_c·min(p, 1−p) is below 5, the distribution is taken from 10⁴ draws seeded by
/// `seed` instead. Empty groups do not count. Nothing when fewer than two groups have members or
/// everyone or nobody won.
std::optional<Tested> test_groups(std::span<const Tally> groups, std::uint64_t seed);

/// X² of `test_groups` alone.
double chi_squared(std::span<const Tally> groups);

/// One participant by arrival.
struct Arrival {
  std::int64_t time_ns = 0;
  bool won = false;
};

/// Area under the curve of arrival rank against winning: (R₁ − K(K+1)/2)/(K(N−K)) with mid-ranks
/// for ties; 0 when all winners came first, 1 when they came last, ½ when arrival does not matter.
/// Normal test with variance (N+1)/(12K(N−K))·(1 − Σ(t³−t)/(N³−N)). `arrivals` ascend in time.
/// Nothing when everyone or nobody won, or all came at once. `statistic` is the area.
std::optional<Tested> test_arrival(std::span<const Arrival> arrivals);

/// Which of the p-values Holm's step-down procedure rejects at family-wise level `alpha`, in the
/// order given (Holm 1979).
std::vector<bool> holm_rejections(std::span<const double> p_values, double alpha);

/// How large a fair study must be (verification.md §4.4).
struct StudySize {
  std::uint64_t participants = 0;  ///< N
  double win_share = 0;            ///< p = K/N, between 0 and 1
};

/// Smallest gap between two halves, in percentage points, that one round shows with 80 % power at
/// the two-sided 5 % level: (1.960 + 0.842)·2·√(p(1−p)/(N−1)).
double detectable_gap_pp(StudySize study);

/// Rounds until equivalence of a cohort of a third of N within ±`margin` (0 … 1) can be shown with
/// α = 5 % and power 90 % (TOST): ceil(10.822·p(1−p)(N−m)/(m(N−1)δ²)). 0 when it cannot be said: no
/// margin, fewer than two participants, or no chance involved.
std::uint64_t rounds_needed(StudySize study, double margin);

}  // namespace fairrush::analysis
