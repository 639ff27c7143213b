#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

class AtOnce final : public ArrivalTimes {
 public:
  Duration next() override { return Duration::zero(); }
};

}  // namespace

std::unique_ptr<ArrivalTimes> make_at_once(const ArrivalSpec& /*spec*/) {
  return std::make_unique<AtOnce>();
}

}  // namespace fairrush::loadgen
