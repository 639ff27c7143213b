#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/fairness/statistics/chance.hpp"

namespace fairrush::analysis {

/// What one user got over the rounds.
struct UserRecord {
  float residual = 0;        ///< Σ(won − p_r) over the rounds the user took part in
  std::uint16_t rounds = 0;  ///< took part; counting stops at 65,535
  std::uint16_t wins = 0;
};

/// Whether some users are luckier than a draw makes them, or take turns.
struct Dispersion {
  double ratio = 1;      ///< D: 1 for a draw, above for lucky users, below for turns
  double statistic = 0;  ///< D·(N−1): Cochran's Q when everybody took part in every round
  double luckier_p = 1;  ///< that a draw gives as much dispersion or more
  double turns_p = 1;    ///< that a draw gives as little or less
  /// Standard deviation of users' own win probability that explains the spread; 0 where wins are
  /// spread no wider than by a draw, as no difference between users makes them more even.
  double deviation = 0;
};

/// Q = N(N−1)·Σ(w_u − w̄)²/Σ K_r(N−K_r) (Cochran 1950), extended to users who missed rounds:
/// D = Σ_u(Σ_r(y_ur − p_r))²/Σ_r K_r(N_r−K_r)/N_r over the rounds each took part in, which is
/// Q/(N−1) when none was missed. D − 1 is a sum of products of two different rounds, so its mean
/// under independent draws is 0 and its variance known; for equal rounds that of Q is
/// 2(N−1)(R−1)/R, where χ²(N−1) has 2(N−1). The p-values are those of the χ² with that mean and
/// variance. `rounds` holds N_r and K_r. Nothing unless somebody took part in two rounds in which
/// chance decided.
std::optional<Dispersion> test_dispersion(std::span<const UserRecord> users,
                                          std::span<const Tally> rounds);

/// Users by their number of wins, against independent draws with win probability p.
struct WinCount {
  std::uint64_t wins = 0;
  std::uint64_t users = 0;
  double expected = 0;
};
/// One entry for each number of wins up to the most that occurred or is expected of half a user; a
/// user of n rounds is expected as Bin(n, p). Users of no round do not count.
std::vector<WinCount> win_counts(std::span<const UserRecord> users, double win_share);

/// χ² of the counts against the expected, neighbours pooled until each expects 5 or more; two
/// degrees of freedom go for the totals of users and of wins. Nothing for fewer than three classes.
std::optional<Tested> test_win_counts(std::span<const WinCount> counts);

/// How unevenly wins are spread over users, beside what a fair draw gives: Jain's index 1 for
/// perfectly even, Gini's coefficient 0. In one round both are constants of p.
struct Evenness {
  double jain = 1;
  double jain_fair = 1;  ///< 1/(1 + (1−p)/(Rp)) for R rounds each
  double gini = 0;
  double gini_fair = 0;  ///< of the expected counts; for many rounds √((1−p)/(πRp))
};
/// Nothing without a win.
std::optional<Evenness> evenness_of(std::span<const WinCount> counts);

}  // namespace fairrush::analysis
