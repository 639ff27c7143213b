#include "analysis/fairness/statistics/groups.hpp"

#include <algorithm>

#include "analysis/fairness/statistics/hypergeometric.hpp"
#include "base/random/counter_random.hpp"

namespace fairrush::analysis {
namespace {

/// Below this expected count the χ² approximation is not to be trusted.
constexpr double kExpectedMin = 5;
constexpr std::uint64_t kDraws = 10'000;
constexpr std::size_t kGroupsMax = 64;
/// A pivot below this part of its variance is a group that the others determine.
constexpr double kDependent = 1e-9;

using Matrix = std::vector<std::vector<double>>;

/// Only rounds in which chance decided, all with the same groups, the rest beyond the limit as one.
std::vector<Groups> usable(std::span<const Groups> rounds) {
  std::vector<Groups> kept;
  std::size_t size = 0;
  for (const Groups& round : rounds) size = std::max(size, std::min(round.size(), kGroupsMax));
  for (const Groups& round : rounds) {
    const Tally all = total_of(round);
    if (all.wins == 0 || all.wins >= all.members) continue;
    Groups& groups = kept.emplace_back(size);
    for (std::size_t place = 0; place < round.size(); ++place) {
      Tally& group = groups[std::min(place, size - 1)];
      group.members += round[place].members;
      group.wins += round[place].wins;
    }
  }
  return kept;
}

/// Drops the groups that never had a member.
void drop_empty(std::vector<Groups>& rounds) {
  if (rounds.empty()) return;
  for (std::size_t place = rounds.front().size(); place-- > 0;) {
    const bool empty = std::ranges::all_of(
        rounds, [place](const Groups& round) { return round[place].members == 0; });
    if (!empty) continue;
    for (Groups& round : rounds) round.erase(round.begin() + static_cast<std::ptrdiff_t>(place));
  }
}

/// Σ(w_c − m_c p) over the rounds, for all groups but the last, which the others determine.
std::vector<double> deviations(std::span<const Groups> rounds) {
  std::vector<double> sums(rounds.front().size() - 1);
  for (const Groups& round : rounds) {
    const Tally all = total_of(round);
    const double share = static_cast<double>(all.wins) / static_cast<double>(all.members);
    for (std::size_t place = 0; place < sums.size(); ++place) {
      sums[place] += static_cast<double>(round[place].wins) -
                     static_cast<double>(round[place].members) * share;
    }
  }
  return sums;
}

Matrix covariance(std::span<const Groups> rounds) {
  const std::size_t size = rounds.front().size() - 1;
  Matrix sums(size, std::vector<double>(size));
  for (const Groups& round : rounds) {
    const Tally all = total_of(round);
    const double variance = draw_variance(all);
    for (std::size_t row = 0; row < size; ++row) {
      const auto members = static_cast<double>(round[row].members);
      sums[row][row] += variance * members;
      for (std::size_t column = 0; column < size; ++column) {
        sums[row][column] -= variance * members * static_cast<double>(round[column].members) /
                             static_cast<double>(all.members);
      }
    }
  }
  return sums;
}

/// V = L·D·Lᵀ without pivoting, as V is a covariance; a dependent group has D = 0 and drops out.
class Quadratic {
 public:
  explicit Quadratic(Matrix variance) : lower_(std::move(variance)) {
    const std::size_t size = lower_.size();
    diagonal_.resize(size);
    for (std::size_t row = 0; row < size; ++row) {
      const double own = lower_[row][row];
      for (std::size_t column = 0; column <= row; ++column) {
        double value = lower_[row][column];
        for (std::size_t k = 0; k < column; ++k) {
          value -= lower_[row][k] * lower_[column][k] * diagonal_[k];
        }
        if (column < row) {
          lower_[row][column] = diagonal_[column] > 0 ? value / diagonal_[column] : 0;
        } else {
          diagonal_[row] = value > kDependent * own ? value : 0;
        }
      }
      if (diagonal_[row] > 0) ++freedom_;
    }
  }

  std::size_t freedom() const { return freedom_; }

  /// dᵀV⁻¹d.
  double of(std::vector<double> deviation) const {
    double sum = 0;
    for (std::size_t row = 0; row < deviation.size(); ++row) {
      for (std::size_t k = 0; k < row; ++k) deviation[row] -= lower_[row][k] * deviation[k];
      if (diagonal_[row] > 0) sum += deviation[row] * deviation[row] / diagonal_[row];
    }
    return sum;
  }

 private:
  Matrix lower_;
  std::vector<double> diagonal_;
  std::size_t freedom_ = 0;
};

bool enough_expected(std::span<const Groups> rounds) {
  for (std::size_t place = 0; place < rounds.front().size(); ++place) {
    double expected = 0;
    for (const Groups& round : rounds) {
      const Tally all = total_of(round);
      const double share = static_cast<double>(all.wins) / static_cast<double>(all.members);
      expected += static_cast<double>(round[place].members) * std::min(share, 1 - share);
    }
    if (expected < kExpectedMin) return false;
  }
  return true;
}

/// Draws all winners of a round anew, group by group: what is left decides the next one.
Groups drawn(const Groups& groups, const CounterRandom& random, std::uint64_t draw,
             std::uint64_t first_place) {
  Groups outcome = groups;
  Tally left = total_of(groups);
  for (std::size_t place = 0; place < outcome.size(); ++place) {
    Tally& group = outcome[place];
    const Hypergeometric wins({left.members, left.wins, group.members});
    group.wins = wins.sample(random.uniform(draw, first_place + place));
    left.members -= group.members;
    left.wins -= group.wins;
  }
  return outcome;
}

double p_by_draws(std::span<const Groups> rounds, const Quadratic& quadratic, double statistic,
                  std::uint64_t seed) {
  const CounterRandom random(seed, Stream::fairness_draws);
  // Draws equal to the observed outcome must count whatever the order of its additions.
  const double threshold = statistic * (1 - 1e-9);
  std::uint64_t as_extreme = 0;
  std::vector<Groups> again(rounds.size());
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    for (std::size_t round = 0; round < rounds.size(); ++round) {
      again[round] = drawn(rounds[round], random, draw, round * kGroupsMax);
    }
    if (quadratic.of(deviations(again)) >= threshold) ++as_extreme;
  }
  return static_cast<double>(as_extreme + 1) / static_cast<double>(kDraws + 1);
}

}  // namespace

Tally total_of(std::span<const Tally> groups) {
  Tally total;
  for (const Tally& group : groups) {
    total.members += group.members;
    total.wins += group.wins;
  }
  return total;
}

std::optional<Tested> test_groups(std::span<const Groups> rounds, std::uint64_t seed) {
  std::vector<Groups> kept = usable(rounds);
  drop_empty(kept);
  if (kept.empty() || kept.front().size() < 2) return std::nullopt;
  const Quadratic quadratic(covariance(kept));
  if (quadratic.freedom() == 0) return std::nullopt;
  Tested tested;
  tested.statistic = quadratic.of(deviations(kept));
  tested.p_value =
      enough_expected(kept)
          ? chi_squared_upper(tested.statistic, static_cast<double>(quadratic.freedom()))
          : p_by_draws(kept, quadratic, tested.statistic, seed);
  return tested;
}

std::optional<Tested> test_groups(const Groups& groups, std::uint64_t seed) {
  return test_groups(std::span(&groups, 1), seed);
}

}  // namespace fairrush::analysis
