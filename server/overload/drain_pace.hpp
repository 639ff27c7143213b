#pragma once

#include <cstdint>

#include "base/clock.hpp"
#include "base/units.hpp"

namespace fairrush::server {

/// How fast a line of those who wait may move: at the rate at which claims were last seen to be
/// answered while the parts behind were well, and, since nobody knows how much more they could
/// bear, half as fast again with every tenth of a second in which that goes well. Pure; one thread.
class DrainPace {
 public:
  /// Claims that were handed on since the last call, by `now`. `healthy`: the parts behind are well
  /// and take more. `in_line`: somebody waits, so that the line's own pace is what limits it.
  void observe(SteadyTime now, std::uint64_t handed_on, bool healthy, bool in_line);

  /// How many more may go on by `now`.
  std::uint64_t allowance(SteadyTime now);
  void spend(std::uint64_t claims) { spent_ += static_cast<double>(claims); }

  /// Measured: claims a second, at least one.
  Rate rate() const { return {measured_}; }

  static constexpr double kFloor = 100;  ///< claims a second that are always tried

 private:
  void step(Duration taken, bool healthy, bool in_line);

  double measured_ = kFloor;  ///< of what was handed on
  double allowed_ = kFloor;   ///< of what may be
  double granted_ = 0;        ///< since `began_`
  double spent_ = 0;
  std::uint64_t counted_ = 0;
  bool unwell_ = false;
  SteadyTime step_begin_{};
  SteadyTime granted_at_{};
};

}  // namespace fairrush::server
