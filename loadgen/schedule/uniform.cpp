#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

/// A constant rate: click k falls at a random place in slot k of `count` equal slots.
class Uniform final : public ArrivalTimes {
 public:
  explicit Uniform(const ArrivalSpec& spec)
      : slot_ns_(static_cast<double>(spec.window.count()) / spec.count),
        random_(spec.seed, spec.stream) {}

  void next(std::span<Duration> offsets) override {
    for (Duration& offset : offsets) {
      const double place = static_cast<double>(drawn_) + random_.uniform(drawn_);
      ++drawn_;
      offset = Duration{static_cast<std::int64_t>(place * slot_ns_)};
    }
  }

 private:
  double slot_ns_;
  CounterRandom random_;
  std::uint64_t drawn_ = 0;
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_uniform(const ArrivalSpec& spec) {
  return std::make_unique<Uniform>(spec);
}

}  // namespace fairrush::loadgen
