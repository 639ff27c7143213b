#include "analysis/fairness/statistics/multiplicity.hpp"

#include <algorithm>
#include <numeric>

namespace fairrush::analysis {
namespace {

std::vector<std::size_t> ascending(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t place) { return p_values[place]; });
  return order;
}

}  // namespace

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t step = 0; step < order.size(); ++step) {
    const double scaled = p_values[order[step]] * static_cast<double>(order.size() - step);
    highest = std::max(highest, std::min(1.0, scaled));
    adjusted[order[step]] = highest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p_values) {
  const std::vector<std::size_t> order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double lowest = 1;
  for (std::size_t step = order.size(); step-- > 0;) {
    const double scaled =
        p_values[order[step]] * static_cast<double>(order.size()) / static_cast<double>(step + 1);
    lowest = std::min(lowest, scaled);
    adjusted[order[step]] = lowest;
  }
  return adjusted;
}

}  // namespace fairrush::analysis
