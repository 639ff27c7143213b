#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace fairrush::server {

/// When a circuit breaker opens and closes.
struct BreakerLimits {
  Duration latency_max = std::chrono::seconds(2);  ///< zero: it never opens for slowness
  Duration pause = std::chrono::seconds(1);        ///< open at least so long
  std::uint32_t probes = 10;                       ///< let through to see whether it is well again
};

/// What was seen of the parts behind since the last look.
struct Observation {
  Duration latency{};  ///< how long the oldest work under way has taken so far
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;
};

/// Keeps work away from parts that are slow or fail, so that they can recover and nobody waits for
/// what will not come. Closed, it lets everything through. It opens when work takes longer than
/// latency_max, or when within a second at least half of twenty or more calls fail; after the
/// pause, and once nothing is slow, it is half open and lets a few probes through: it closes when
/// they have gone well for a tenth of a second, else it opens again. Pure; one thread.
class CircuitBreaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  explicit CircuitBreaker(BreakerLimits limits) : limits_(limits) {}

  /// What was seen up to `now`; call it every few milliseconds.
  void observe(SteadyTime now, const Observation& seen);

  /// Whether one more piece of work may go through; a probe counts.
  bool admit();

  State state() const { return state_; }
  bool is_closed() const { return state_ == State::closed; }
  /// How often it has opened.
  std::uint64_t trips() const { return trips_; }

  /// Until it may let something through, at the earliest.
  Duration wait(SteadyTime now) const;

 private:
  bool is_slow(Duration latency) const;
  bool is_failing(SteadyTime now, const Observation& seen);
  void open(SteadyTime now);

  BreakerLimits limits_;
  State state_ = State::closed;
  SteadyTime since_{};  ///< when it opened, or when its first probe went through
  std::uint32_t probes_sent_ = 0;
  std::uint64_t trips_ = 0;
  SteadyTime window_end_{};
  Observation window_;  ///< of the calls in it
};

}  // namespace fairrush::server
