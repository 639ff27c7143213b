#include "base/clock.hpp"

namespace fairrush {

SteadyTime RealClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

WallTime RealClock::wall_now() const {
  return std::chrono::system_clock::now();
}

void ManualClock::advance(Duration by) {
  wall_ += by;
  if (by > Duration::zero()) steady_ += by;
}

}  // namespace fairrush
