#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "analysis/fairness/hypergeometric.hpp"
#include "analysis/fairness/statistics.hpp"
#include "base/random/counter_random.hpp"

namespace fairrush::analysis {
namespace {

/// Below this expected count the χ² approximation is not to be trusted.
constexpr double kExpectedMin = 5;
constexpr std::uint64_t kDraws = 10'000;

Tally total_of(std::span<const Tally> groups) {
  Tally total;
  for (const Tally& group : groups) {
    total.members += group.members;
    total.wins += group.wins;
  }
  return total;
}

/// A draw of all winners at random, group by group: what is left decides the next one.
std::vector<Tally> drawn(std::span<const Tally> groups, const CounterRandom& random,
                         std::uint64_t draw) {
  std::vector<Tally> outcome(groups.begin(), groups.end());
  Tally left = total_of(groups);
  for (std::size_t place = 0; place < outcome.size(); ++place) {
    Tally& group = outcome[place];
    const Hypergeometric wins({left.members, left.wins, group.members});
    group.wins = wins.sample(random.uniform(draw, place));
    left.members -= group.members;
    left.wins -= group.wins;
  }
  return outcome;
}

double p_by_draws(std::span<const Tally> groups, double statistic, std::uint64_t seed) {
  const CounterRandom random(seed, Stream::fairness_draws);
  // Draws equal to the observed outcome must count whatever the order of its additions.
  const double threshold = statistic * (1 - 1e-9);
  std::uint64_t as_extreme = 0;
  for (std::uint64_t draw = 0; draw < kDraws; ++draw) {
    if (chi_squared(drawn(groups, random, draw)) >= threshold) ++as_extreme;
  }
  return static_cast<double>(as_extreme + 1) / static_cast<double>(kDraws + 1);
}

}  // namespace

double chi_squared(std::span<const Tally> groups) {
  const Tally total = total_of(groups);
  const auto population = static_cast<double>(total.members);
  const double share = static_cast<double>(total.wins) / population;
  double sum = 0;
  for (const Tally& group : groups) {
    if (group.members == 0) continue;
    const auto members = static_cast<double>(group.members);
    const double off = static_cast<double>(group.wins) - members * share;
    sum += off * off / (members * share * (1 - share));
  }
  return (population - 1) / population * sum;
}

std::optional<Tested> test_groups(std::span<const Tally> groups, std::uint64_t seed) {
  const Tally total = total_of(groups);
  std::vector<Tally> filled;
  for (const Tally& group : groups) {
    if (group.members > 0) filled.push_back(group);
  }
  if (filled.size() < 2 || total.wins == 0 || total.wins == total.members) return std::nullopt;
  const double share = static_cast<double>(total.wins) / static_cast<double>(total.members);
  const bool enough = std::ranges::all_of(filled, [share](const Tally& group) {
    return static_cast<double>(group.members) * std::min(share, 1 - share) >= kExpectedMin;
  });
  Tested tested;
  tested.statistic = chi_squared(filled);
  const double freedom = static_cast<double>(filled.size() - 1);
  tested.p_value = enough ? boost::math::gamma_q(freedom / 2, tested.statistic / 2)
                          : p_by_draws(filled, tested.statistic, seed);
  return tested;
}

}  // namespace fairrush::analysis
