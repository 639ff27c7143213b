#include "server/overload/drain_pace.hpp"

#include <algorithm>

namespace fairrush::server {
namespace {

constexpr Duration kStep = std::chrono::milliseconds(100);
constexpr double kGrowth = 1.5;
constexpr double kCut = 0.5;
constexpr double kRateMax = 1e6;
/// Weight of the newest step in the measured rate.
constexpr double kNewest = 0.3;

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

void DrainPace::observe(SteadyTime now, std::uint64_t handed_on, bool healthy, bool in_line) {
  if (!in_line) {
    granted_at_ = now;  // a line that begins has saved up nothing
    granted_ = spent_ = 0;
  }
  counted_ += handed_on;
  unwell_ = unwell_ || !healthy;
  const Duration taken = now - step_begin_;
  if (taken < kStep) return;
  // A server that was idle has nothing to say of how fast it could be.
  if (step_begin_ != SteadyTime() && taken < 10 * kStep) step(taken, !unwell_, in_line);
  step_begin_ = now;
  counted_ = 0;
  unwell_ = false;
}

void DrainPace::step(Duration taken, bool healthy, bool in_line) {
  const double seen = static_cast<double>(counted_) / seconds_of(taken);
  // While nobody waits the rate is that of the arrivals: it can prove more, never less.
  if (in_line) {
    measured_ += kNewest * (seen - measured_);
  } else if (healthy) {
    measured_ = std::max(measured_, seen);
  }
  measured_ = std::max(measured_, 1.0);
  if (!healthy) {
    allowed_ *= kCut;
  } else if (!in_line) {
    allowed_ = measured_;
  } else {
    // No further ahead of what really goes on than one step: the rest would come as one burst.
    allowed_ = std::min(allowed_ * kGrowth, std::max(seen, measured_) * kGrowth);
  }
  allowed_ = std::clamp(allowed_, kFloor, kRateMax);
}

std::uint64_t DrainPace::allowance(SteadyTime now) {
  const Duration passed = std::min(now - granted_at_, kStep);
  granted_at_ = now;
  // What was not used by now is not saved up.
  granted_ = std::min(granted_ - spent_, 1.0) + seconds_of(passed) * allowed_;
  spent_ = 0;
  return granted_ < 1 ? 0 : static_cast<std::uint64_t>(granted_);
}

}  // namespace fairrush::server
