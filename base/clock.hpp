#pragma once

#include <chrono>

#include "base/units.hpp"

namespace fairrush {

/// Monotonic time: for durations, latencies and deadlines.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// Calendar time: for event windows and labels only; never subtract it from a SteadyTime.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Where the program gets its time from. Implementations may be read from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual SteadyTime steady_now() const = 0;
  virtual WallTime wall_now() const = 0;
};

/// Both clocks at one moment.
struct ClockReading {
  SteadyTime steady{};
  WallTime wall{};
  Duration error{};  ///< how far `steady` and `wall` may lie apart
};

/// Reads both clocks so closely that a thread that is put aside in between does not shift one
/// against the other unnoticed: wall time between two steady ones, the narrowest of several.
ClockReading read_clocks(const Clock& clock);

/// The machine's clocks.
class RealClock final : public Clock {
 public:
  SteadyTime steady_now() const override;
  WallTime wall_now() const override;
};

/// A clock that stands still until it is told to move. For one thread at a time.
class ManualClock final : public Clock {
 public:
  /// `wall_start` is the calendar time that goes with steady time zero.
  explicit ManualClock(WallTime wall_start = WallTime{}) : wall_(wall_start) {}

  SteadyTime steady_now() const override { return steady_; }
  WallTime wall_now() const override { return wall_; }

  /// Moves both clocks forward; a negative `by` moves the wall clock only, as an operator's
  /// correction would.
  void advance(Duration by);

 private:
  SteadyTime steady_{};
  WallTime wall_;
};

}  // namespace fairrush
