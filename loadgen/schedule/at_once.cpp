#include <algorithm>

#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

class AtOnce final : public ArrivalTimes {
 public:
  void next(std::span<Duration> offsets) override { std::ranges::fill(offsets, Duration::zero()); }
};

class AtOnceDistribution final : public ClickDistribution {
 public:
  double at(double t_ns) const override { return t_ns < 0 ? 0 : 1; }
  double quantile(double /*part*/) const override { return 0; }
  bool has_density() const override { return false; }
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_at_once(const ArrivalPattern& /*pattern*/,
                                           const ArrivalSpec& /*spec*/) {
  return std::make_unique<AtOnce>();
}

std::unique_ptr<ClickDistribution> at_once_distribution(const ArrivalPattern& /*pattern*/,
                                                        Duration /*window*/) {
  return std::make_unique<AtOnceDistribution>();
}

}  // namespace fairrush::loadgen
