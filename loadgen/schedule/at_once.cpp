#include <algorithm>

#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

class AtOnce final : public ArrivalTimes {
 public:
  void next(std::span<Duration> offsets) override { std::ranges::fill(offsets, Duration::zero()); }
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_at_once(const ArrivalSpec& /*spec*/) {
  return std::make_unique<AtOnce>();
}

}  // namespace fairrush::loadgen
