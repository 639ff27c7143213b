#include <algorithm>

#include "loadgen/schedule/piecewise_linear.hpp"

namespace fairrush::loadgen {

/// What of the burst would come after the window comes at its end.
std::unique_ptr<ClickDistribution> spike_distribution(const ArrivalPattern& pattern,
                                                      Duration window) {
  const auto end_ns = static_cast<double>(window.count());
  const double begin_ns = std::min(static_cast<double>(pattern.at.count()), end_ns);
  const double over_ns = std::min(begin_ns + static_cast<double>(pattern.width.count()), end_ns);
  const double burst = pattern.burst.of_one;
  const auto base_until = [&](double t_ns) { return (1 - burst) * t_ns / end_ns; };
  return std::make_unique<PiecewiseLinear>(
      std::vector<PiecewiseLinear::Knot>{{0, 0},
                                         {begin_ns, base_until(begin_ns)},
                                         {over_ns, base_until(over_ns) + burst},
                                         {end_ns, 1}});
}

std::unique_ptr<ArrivalTimes> make_spike(const ArrivalPattern& pattern, const ArrivalSpec& spec) {
  return make_even_clicks(spike_distribution(pattern, spec.window), spec);
}

}  // namespace fairrush::loadgen
