#include <numeric>

#include "base/assert.hpp"
#include "loadgen/schedule/piecewise_linear.hpp"

namespace fairrush::loadgen {

std::unique_ptr<ClickDistribution> steps_distribution(const ArrivalPattern& pattern,
                                                      Duration window) {
  const std::vector<double>& levels = pattern.levels;
  const double sum = std::accumulate(levels.begin(), levels.end(), 0.0);
  FAIRRUSH_ASSERT(sum > 0);
  const double step_ns = static_cast<double>(window.count()) / static_cast<double>(levels.size());
  std::vector<PiecewiseLinear::Knot> knots{{0, 0}};
  double reached = 0;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    reached += levels[level];
    knots.push_back({step_ns * static_cast<double>(level + 1), reached / sum});
  }
  knots.back().part = 1;
  return std::make_unique<PiecewiseLinear>(std::move(knots));
}

std::unique_ptr<ArrivalTimes> make_steps(const ArrivalPattern& pattern, const ArrivalSpec& spec) {
  return make_even_clicks(steps_distribution(pattern, spec.window), spec);
}

}  // namespace fairrush::loadgen
