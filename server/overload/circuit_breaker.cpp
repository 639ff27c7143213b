#include "server/overload/circuit_breaker.hpp"

#include <algorithm>

namespace fairrush::server {
namespace {

constexpr Duration kWindow = std::chrono::seconds(1);
constexpr Duration kProof = std::chrono::milliseconds(100);
constexpr std::uint64_t kCallsMin = 20;

}  // namespace

bool CircuitBreaker::is_slow(Duration latency) const {
  return limits_.latency_max > Duration() && latency > limits_.latency_max;
}

/// Counts calls by windows of a second: what is older says nothing of now.
bool CircuitBreaker::is_failing(SteadyTime now, const Observation& seen) {
  if (now >= window_end_) {
    window_ = {};
    window_end_ = now + kWindow;
  }
  window_.answered += seen.answered;
  window_.failed += seen.failed;
  const std::uint64_t calls = window_.answered + window_.failed;
  return calls >= kCallsMin && window_.failed * 2 >= calls;
}

void CircuitBreaker::observe(SteadyTime now, const Observation& seen) {
  const bool failing = is_failing(now, seen);
  switch (state_) {
    case State::closed:
      if (failing || is_slow(seen.latency)) open(now);
      return;
    case State::open:
      if (now - since_ < limits_.pause || is_slow(seen.latency)) return;
      state_ = State::half_open;
      since_ = now;
      probes_sent_ = 0;
      return;
    case State::half_open:
      if (seen.failed > 0 || is_slow(seen.latency)) return open(now);
      if (probes_sent_ == 0) {
        since_ = now;  // nobody has come yet: there is no proof
      } else if (now - since_ >= kProof && seen.latency < kProof) {
        state_ = State::closed;
        window_ = {};
      }
      return;
  }
}

bool CircuitBreaker::admit() {
  if (state_ == State::closed) return true;
  if (state_ == State::open || probes_sent_ >= limits_.probes) return false;
  ++probes_sent_;
  return true;
}

void CircuitBreaker::open(SteadyTime now) {
  state_ = State::open;
  since_ = now;
  ++trips_;
}

Duration CircuitBreaker::wait(SteadyTime now) const {
  if (state_ != State::open) return {};
  return std::max(Duration(), limits_.pause - (now - since_));
}

}  // namespace fairrush::server
