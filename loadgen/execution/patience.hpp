#pragma once

#include <stop_token>

#include "base/clock.hpp"
#include "loadgen/run.hpp"
#include "loadgen/target/waiting.hpp"

namespace fairrush::loadgen {

/// Tells the observer what the instrument waits for outside a rush, and ends such waits when the
/// run is stopped. One thread.
class Patience {
 public:
  Patience(RunObserver& observer, const Clock& clock, std::stop_token stop)
      : observer_(observer), clock_(clock), stop_(std::move(stop)) {}

  /// The waits to come belong to `phase` of a round. When the run has been stopped already, they
  /// get `kGrace` together, in which a target that answers shows what it has.
  void enter(Phase phase, std::uint32_t round, std::uint32_t rounds);

  /// Whether to wait on. A stop ends a wait at once.
  bool operator()(const Awaited& awaited);

  static constexpr Duration kGrace = std::chrono::seconds(2);
  /// A wait is worth telling of when it has lasted this long: a target in good health is at rest
  /// within less.
  static constexpr Duration kSilence = std::chrono::milliseconds(400);

 private:
  RunObserver& observer_;
  const Clock& clock_;
  std::stop_token stop_;
  Progress progress_;
  SteadyTime grace_until_{};
  SteadyTime shown_{};
};

}  // namespace fairrush::loadgen
