#include "analysis/fairness/statistics/users.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

namespace fairrush::analysis {
namespace {

constexpr double kExpectedMin = 5;
/// Of the table of wins: an expected count below this is not worth a row.
constexpr double kExpectedShown = 0.5;

/// Sums over rounds that the variance of the dispersion needs; σ² = p(1−p).
struct RoundSums {
  double expected = 0;        // Σ N·σ²: the sum of squared residuals of single rounds
  double variances = 0;       // Σ σ²
  double fourth = 0;          // Σ σ⁴
  double members_fourth = 0;  // Σ N·σ⁴
  double weighted = 0;        // Σ √N·σ²
  double members = 0;         // Σ N
  double rounds = 0;
};

RoundSums sums_of(std::span<const Tally> rounds) {
  RoundSums sums;
  for (const Tally& round : rounds) {
    if (round.members == 0) continue;
    const auto members = static_cast<double>(round.members);
    const double share = static_cast<double>(round.wins) / members;
    const double variance = share * (1 - share);
    sums.expected += members * variance;
    sums.variances += variance;
    sums.fourth += variance * variance;
    sums.members_fourth += members * variance * variance;
    sums.weighted += std::sqrt(members) * variance;
    sums.members += members;
    sums.rounds += 1;
  }
  return sums;
}

/// What the users' records give; a user of n of R rounds counts as in n/R of the variance.
struct UserSums {
  double squares = 0;        // Σ residual²
  double pairs = 0;          // Σ_u n(n−1)/2
  double pair_variance = 0;  // Σ_{r<s} n_rs σ_r²σ_s², n_rs users in both rounds
};

UserSums sums_of(std::span<const UserRecord> users, const RoundSums& rounds) {
  UserSums sums;
  double squares = 0;
  for (const UserRecord& user : users) {
    const double residual = user.residual;
    const double taken = user.rounds;
    sums.squares += residual * residual;
    sums.pairs += taken * (taken - 1) / 2;
    squares += taken * taken;
  }
  const double mean = rounds.variances / rounds.rounds;
  sums.pair_variance = (squares * mean * mean - rounds.members_fourth) / 2;
  return sums;
}

/// Outcomes of two users in one round are correlated, −1/(N−1), which adds one user's worth to
/// every pair of rounds that share all their users, and f² of that where they share a part f.
double correlation_part(const UserSums& users, const RoundSums& rounds) {
  const double possible =
      (rounds.weighted * rounds.weighted - rounds.members_fourth) / 2;  // Σ √(N_rN_s)σ_r²σ_s²
  const double members = rounds.members / rounds.rounds;
  if (possible <= 0 || members <= 1) return 0;
  const double shared = users.pair_variance / possible;
  const double pairs = (rounds.variances * rounds.variances - rounds.fourth) / 2;
  return shared * shared * pairs * members / (members - 1);
}

std::uint64_t most_wins(std::span<const UserRecord> users) {
  std::uint64_t most = 0;
  for (const UserRecord& user : users) most = std::max<std::uint64_t>(most, user.wins);
  return most;
}

/// Users by the number of rounds they took part in.
std::vector<std::uint64_t> by_rounds(std::span<const UserRecord> users) {
  std::vector<std::uint64_t> counts;
  for (const UserRecord& user : users) {
    if (counts.size() <= user.rounds) counts.resize(std::size_t{user.rounds} + 1);
    ++counts[user.rounds];
  }
  return counts;
}

std::vector<double> expected_by_wins(const std::vector<std::uint64_t>& users, double win_share) {
  std::vector<double> expected(users.size());
  for (std::size_t rounds = 1; rounds < users.size(); ++rounds) {
    if (users[rounds] == 0) continue;
    const boost::math::binomial_distribution<> wins(static_cast<double>(rounds), win_share);
    for (std::size_t count = 0; count <= rounds; ++count) {
      expected[count] +=
          static_cast<double>(users[rounds]) * boost::math::pdf(wins, static_cast<double>(count));
    }
  }
  return expected;
}

/// Gini's coefficient of a discrete distribution given as (wins, weight), ascending in wins:
/// Σ F(1−F) over mean.
template <class Weight>
double gini_of(std::span<const WinCount> counts, Weight weight) {
  double total = 0;
  double sum = 0;
  for (const WinCount& count : counts) {
    total += weight(count);
    sum += weight(count) * static_cast<double>(count.wins);
  }
  double below = 0;
  double area = 0;
  for (const WinCount& count : counts) {
    below += weight(count) / total;
    area += below * (1 - below);  // wins are consecutive numbers
  }
  return area / (sum / total);
}

}  // namespace

std::optional<Dispersion> test_dispersion(std::span<const UserRecord> users,
                                          std::span<const Tally> rounds) {
  const RoundSums round_sums = sums_of(rounds);
  if (round_sums.rounds < 2 || round_sums.expected <= 0) return std::nullopt;
  const UserSums user_sums = sums_of(users, round_sums);
  const double variance = 4 * (user_sums.pair_variance + correlation_part(user_sums, round_sums));
  // Rounds without a common user leave rounding only.
  if (user_sums.pairs < 1 || variance <= 1e-9 * round_sums.members_fourth) return std::nullopt;
  const double mean = round_sums.expected;
  const double scale = variance / (2 * mean);
  const double freedom = 2 * mean * mean / variance;
  Dispersion dispersion;
  dispersion.ratio = user_sums.squares / mean;
  dispersion.statistic = dispersion.ratio * (round_sums.members / round_sums.rounds - 1);
  dispersion.luckier_p = chi_squared_upper(user_sums.squares / scale, freedom);
  dispersion.turns_p = chi_squared_lower(user_sums.squares / scale, freedom);
  const double excess = (user_sums.squares - mean) / (2 * user_sums.pairs);
  dispersion.deviation = std::sqrt(std::max(0.0, excess));
  return dispersion;
}

std::vector<WinCount> win_counts(std::span<const UserRecord> users, double win_share) {
  const std::vector<std::uint64_t> taken = by_rounds(users);
  if (taken.size() < 2 || win_share < 0 || win_share > 1) return {};
  const std::vector<double> expected = expected_by_wins(taken, win_share);
  std::uint64_t last = most_wins(users);
  for (std::size_t wins = last + 1; wins < expected.size(); ++wins) {
    if (expected[wins] >= kExpectedShown) last = wins;
  }
  std::vector<WinCount> counts(last + 1);
  for (std::size_t wins = 0; wins < counts.size(); ++wins) {
    counts[wins] = {wins, 0, wins < expected.size() ? expected[wins] : 0};
  }
  for (std::size_t wins = counts.size(); wins < expected.size(); ++wins) {
    counts.back().expected += expected[wins];
  }
  for (const UserRecord& user : users) {
    if (user.rounds > 0) ++counts[user.wins].users;
  }
  return counts;
}

std::optional<Tested> test_win_counts(std::span<const WinCount> counts) {
  struct Class {
    double seen = 0;
    double expected = 0;
  };
  std::vector<Class> classes(1);
  for (const WinCount& count : counts) {
    if (classes.back().expected >= kExpectedMin) classes.emplace_back();
    classes.back().seen += static_cast<double>(count.users);
    classes.back().expected += count.expected;
  }
  if (classes.size() > 1 && classes.back().expected < kExpectedMin) {
    const Class rest = classes.back();
    classes.pop_back();
    classes.back().seen += rest.seen;
    classes.back().expected += rest.expected;
  }
  if (classes.size() < 3) return std::nullopt;
  Tested tested;
  for (const Class& one : classes) {
    tested.statistic += (one.seen - one.expected) * (one.seen - one.expected) / one.expected;
  }
  tested.p_value = chi_squared_upper(tested.statistic, static_cast<double>(classes.size() - 2));
  return tested;
}

std::optional<Evenness> evenness_of(std::span<const WinCount> counts) {
  double users = 0;
  double sum = 0;
  double squares = 0;
  double fair_sum = 0;
  double fair_squares = 0;
  for (const WinCount& count : counts) {
    const auto wins = static_cast<double>(count.wins);
    const auto seen = static_cast<double>(count.users);
    users += seen;
    sum += seen * wins;
    squares += seen * wins * wins;
    fair_sum += count.expected * wins;
    fair_squares += count.expected * wins * wins;
  }
  if (sum <= 0 || fair_sum <= 0) return std::nullopt;
  return Evenness{
      .jain = sum * sum / (users * squares),
      .jain_fair = fair_sum * fair_sum / (users * fair_squares),
      .gini =
          gini_of(counts, [](const WinCount& count) { return static_cast<double>(count.users); }),
      .gini_fair = gini_of(counts, [](const WinCount& count) { return count.expected; })};
}

}  // namespace fairrush::analysis
