#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/fairness/statistics.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kTwoSided95 = 1.959963984540054;
constexpr double kPower80 = 0.8416212335729143;
constexpr double kTostFactor = 10.822;  // (z(0.95) + z(0.95))², power 90 % at zero difference

}  // namespace

std::vector<bool> holm_rejections(std::span<const double> p_values, double alpha) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t place) { return p_values[place]; });
  std::vector<bool> rejected(p_values.size());
  for (std::size_t step = 0; step < order.size(); ++step) {
    if (p_values[order[step]] > alpha / static_cast<double>(order.size() - step)) break;
    rejected[order[step]] = true;
  }
  return rejected;
}

double detectable_gap_pp(StudySize study) {
  if (study.participants < 2) return 100;
  const double spread =
      study.win_share * (1 - study.win_share) / static_cast<double>(study.participants - 1);
  return std::min(100.0, (kTwoSided95 + kPower80) * 2 * std::sqrt(spread) * 100);
}

std::uint64_t rounds_needed(StudySize study, double margin) {
  const double spread = study.win_share * (1 - study.win_share);
  if (margin <= 0 || study.participants < 2 || spread <= 0) return 0;
  const auto population = static_cast<double>(study.participants);
  const double cohort = population / 3;
  const double rounds = std::ceil(kTostFactor * spread * (population - cohort) /
                                  (cohort * (population - 1) * margin * margin));
  constexpr double kMax = 1e18;
  return static_cast<std::uint64_t>(std::clamp(rounds, 1.0, kMax));
}

}  // namespace fairrush::analysis
