#include "loadgen/execution/patience.hpp"

namespace fairrush::loadgen {

void Patience::enter(Phase phase, std::uint32_t round, std::uint32_t rounds) {
  progress_.phase = phase;
  progress_.round = round;
  progress_.rounds = rounds;
  grace_until_ = stop_.stop_requested() ? clock_.steady_now() + kGrace : SteadyTime{};
}

bool Patience::operator()(const Awaited& awaited) {
  const SteadyTime now = clock_.steady_now();
  if (stop_.stop_requested() && now >= grace_until_) return false;
  if (now - awaited.since < kSilence || now - shown_ < kProgressEvery) return true;
  shown_ = now;
  progress_.awaited = awaited.what;
  progress_.phase_elapsed = now - awaited.since;
  progress_.phase_length = awaited.until - awaited.since;
  observer_.progress(progress_);
  return true;
}

}  // namespace fairrush::loadgen
