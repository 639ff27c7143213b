#pragma once

#include <deque>
#include <optional>

#include "analysis/run/facts.hpp"
#include "base/clock.hpp"
#include "loadgen/execution/fleet.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/run.hpp"

namespace fairrush::loadgen {

/// Where a run stands at `now_ns` after its epoch.
struct PhaseAt {
  Phase phase = Phase::preparing;
  Duration elapsed{};
  Duration length{};  ///< zero when open-ended
};
PhaseAt phase_at(const Plan& plan, std::int64_t now_ns);

/// Turns a fleet's counts into what an observer sees. One thread.
class ProgressMeter {
 public:
  ProgressMeter(const Plan& plan, analysis::PlannedAttempts planned)
      : plan_(plan), planned_(planned) {}

  Progress measure(const Fleet& fleet, std::int64_t now_ns);

 private:
  struct Sample {
    std::int64_t now_ns;
    std::uint64_t sent;
  };

  Rate rate_at(std::int64_t now_ns, std::uint64_t sent);

  const Plan& plan_;
  analysis::PlannedAttempts planned_;
  std::deque<Sample> samples_;  // of the last second
};

}  // namespace fairrush::loadgen
