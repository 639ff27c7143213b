#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"
#include "loadgen/schedule/ordered_uniforms.hpp"

namespace fairrush::loadgen {
namespace {

/// Exponential with the given mean, cut off at the window: the quantile function
/// −τ·ln(1 − u·(1 − e^(−T/τ))) of ordered uniforms.
class FrontLoaded final : public ArrivalTimes {
 public:
  explicit FrontLoaded(const ArrivalSpec& spec)
      : window_(spec.window),
        mean_ns_(static_cast<double>(spec.mean.count())),
        inside_(-std::expm1(-static_cast<double>(spec.window.count()) / mean_ns_)),
        uniforms_(spec.count, CounterRandom(spec.seed, spec.stream)) {
    FAIRRUSH_ASSERT(spec.mean > Duration::zero());
  }

  void next(std::span<Duration> offsets) override {
    const double last = static_cast<double>(window_.count() - 1);
    uniforms_.next(offsets.size(), [this, offsets, last](std::size_t click, double uniform) {
      const double place = -mean_ns_ * std::log1p(-uniform * inside_);
      offsets[click] = Duration{static_cast<std::int64_t>(std::min(place, last))};
    });
  }

 private:
  Duration window_;
  double mean_ns_;
  double inside_;  // part of the whole distribution that lies inside the window
  OrderedUniforms uniforms_;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_front_loaded(const ArrivalSpec& spec) {
  return std::make_unique<FrontLoaded>(spec);
}

}  // namespace fairrush::loadgen
