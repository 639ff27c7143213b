#include "base/clock.hpp"

namespace fairrush {

SteadyTime RealClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

WallTime RealClock::wall_now() const {
  return std::chrono::system_clock::now();
}

ClockReading read_clocks(const Clock& clock) {
  constexpr int kReadings = 8;
  ClockReading narrowest;
  for (int reading = 0; reading < kReadings; ++reading) {
    const SteadyTime before = clock.steady_now();
    const WallTime wall = clock.wall_now();
    const Duration half_gap = (clock.steady_now() - before) / 2;
    if (reading > 0 && half_gap >= narrowest.error) continue;
    narrowest = {.steady = before + half_gap, .wall = wall, .error = half_gap};
  }
  return narrowest;
}

void ManualClock::advance(Duration by) {
  wall_ += by;
  if (by > Duration::zero()) steady_ += by;
}

}  // namespace fairrush
