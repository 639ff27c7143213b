#include <algorithm>

#include "loadgen/schedule/arrival_times.hpp"
#include "loadgen/schedule/ordered_uniforms.hpp"

namespace fairrush::loadgen {
namespace {

/// A Poisson process given its number of points is that many independent uniform points, sorted.
class Poisson final : public ArrivalTimes {
 public:
  explicit Poisson(const ArrivalSpec& spec)
      : window_(spec.window),
        uniforms_(spec.count, CounterRandom(spec.seed, spec.stream), spec.first) {}

  void next(std::span<Duration> offsets) override {
    uniforms_.next(offsets.size(), [this, offsets](std::size_t click, double uniform) {
      const double place = uniform * static_cast<double>(window_.count());
      offsets[click] = std::min(Duration{static_cast<std::int64_t>(place)}, window_ - Duration{1});
    });
  }

 private:
  Duration window_;
  OrderedUniforms uniforms_;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_poisson(const ArrivalPattern& /*pattern*/,
                                           const ArrivalSpec& spec) {
  return std::make_unique<Poisson>(spec);
}

}  // namespace fairrush::loadgen
