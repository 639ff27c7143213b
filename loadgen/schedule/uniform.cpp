#include "loadgen/schedule/arrival_times.hpp"
#include "loadgen/schedule/piecewise_linear.hpp"

namespace fairrush::loadgen {
namespace {

/// A constant rate: click k falls at a random place in slot k of `count` equal slots.
class Uniform final : public ArrivalTimes {
 public:
  explicit Uniform(const ArrivalSpec& spec)
      : slot_ns_(static_cast<double>(spec.window.count()) / spec.count),
        first_(spec.first),
        random_(spec.seed, spec.stream) {}

  void next(std::span<Duration> offsets) override {
    for (Duration& offset : offsets) {
      const double place = static_cast<double>(drawn_) + random_.uniform(first_ + drawn_);
      ++drawn_;
      offset = Duration{static_cast<std::int64_t>(place * slot_ns_)};
    }
  }

 private:
  double slot_ns_;
  std::uint64_t first_;
  CounterRandom random_;
  std::uint64_t drawn_ = 0;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_uniform(const ArrivalPattern& /*pattern*/,
                                           const ArrivalSpec& spec) {
  return std::make_unique<Uniform>(spec);
}

std::unique_ptr<ClickDistribution> uniform_distribution(const ArrivalPattern& /*pattern*/,
                                                        Duration window) {
  return std::make_unique<PiecewiseLinear>(
      std::vector<PiecewiseLinear::Knot>{{0, 0}, {static_cast<double>(window.count()), 1}});
}

}  // namespace fairrush::loadgen
