#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"
#include "loadgen/schedule/ordered_uniforms.hpp"

namespace fairrush::loadgen {
namespace {

/// With the given mean, cut off at the window: the quantile function is −τ·ln(1 − u·(1 −
/// e^(−T/τ))).
class Exponential final : public ClickDistribution {
 public:
  Exponential(Duration mean, Duration window)
      : window_ns_(static_cast<double>(window.count())),
        mean_ns_(static_cast<double>(mean.count())),
        inside_(-std::expm1(-window_ns_ / mean_ns_)) {
    FAIRRUSH_ASSERT(mean > Duration::zero());
  }

  double at(double t_ns) const override {
    return -std::expm1(-std::clamp(t_ns, 0.0, window_ns_) / mean_ns_) / inside_;
  }
  double quantile(double part) const override {
    return std::min(-mean_ns_ * std::log1p(-part * inside_), window_ns_);
  }

 private:
  double window_ns_;
  double mean_ns_;
  double inside_;  // part of the whole distribution that lies inside the window
};

/// The quantiles of ordered uniforms.
class FrontLoaded final : public ArrivalTimes {
 public:
  FrontLoaded(Duration mean, const ArrivalSpec& spec)
      : distribution_(mean, spec.window),
        last_(static_cast<double>(spec.window.count() - 1)),
        uniforms_(spec.count, CounterRandom(spec.seed, spec.stream), spec.first) {}

  void next(std::span<Duration> offsets) override {
    uniforms_.next(offsets.size(), [this, offsets](std::size_t click, double uniform) {
      const double place = distribution_.quantile(uniform);
      offsets[click] = Duration{static_cast<std::int64_t>(std::min(place, last_))};
    });
  }

 private:
  Exponential distribution_;
  double last_;
  OrderedUniforms uniforms_;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_front_loaded(const ArrivalPattern& pattern,
                                                const ArrivalSpec& spec) {
  return std::make_unique<FrontLoaded>(pattern.mean, spec);
}

std::unique_ptr<ClickDistribution> exponential_distribution(const ArrivalPattern& pattern,
                                                            Duration window) {
  return std::make_unique<Exponential>(pattern.mean, window);
}

}  // namespace fairrush::loadgen
