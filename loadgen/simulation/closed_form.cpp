#include "loadgen/simulation/closed_form.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "loadgen/plan.hpp"

namespace fairrush::loadgen {
namespace {

constexpr int kBisections = 60;  // halves a day's nanoseconds to less than one

double nanoseconds(Duration duration) {
  return static_cast<double>(duration.count());
}

double claimed_by(const ClickDistribution& clicks, std::span<const DelayClass> classes,
                  double t_ns) {
  double sum = 0;
  for (const DelayClass& users : classes) {
    sum += users.share * clicks.at(t_ns - nanoseconds(users.delay));
  }
  return sum;
}

}  // namespace

double ClickDistribution::at(double t_ns) const {
  const double end = nanoseconds(window);
  if (t_ns <= 0) return 0;
  if (t_ns >= end) return 1;
  if (kind == Kind::uniform) return t_ns / end;
  return std::expm1(-t_ns / nanoseconds(mean)) / std::expm1(-end / nanoseconds(mean));
}

std::optional<ClickDistribution> click_distribution(const Scenario& scenario) {
  using Kind = ClickDistribution::Kind;
  const Duration window = scenario.rush - Plan::kClockGuard;
  switch (scenario.arrivals) {
    case ArrivalShape::uniform:
    case ArrivalShape::poisson:
      return ClickDistribution{Kind::uniform, window, {}};
    case ArrivalShape::front_loaded:
      return ClickDistribution{Kind::exponential, window, scenario.arrivals_mean};
    case ArrivalShape::at_once:
      break;
  }
  return std::nullopt;
}

FirstComeFirstServed::FirstComeFirstServed(const ClickDistribution& clicks,
                                           std::span<const DelayClass> classes, double rate)
    : clicks_(clicks) {
  FAIRRUSH_ASSERT(!classes.empty());
  const auto slowest = std::ranges::max(classes, {}, &DelayClass::delay);
  double low = 0;
  double high = nanoseconds(clicks.window) + nanoseconds(slowest.delay);
  for (int step = 0; step < kBisections && rate < 1; ++step) {
    const double middle = (low + high) / 2;
    (claimed_by(clicks, classes, middle) < rate ? low : high) = middle;
  }
  sold_out_ns_ = high;
}

double FirstComeFirstServed::win_probability(Duration delay) const {
  return clicks_.at(sold_out_ns_ - nanoseconds(delay));
}

Duration FirstComeFirstServed::sold_out_after() const {
  return Duration(std::llround(sold_out_ns_));
}

double advantage_left(Duration delay, Duration batch) {
  if (batch <= delay) return 1;
  return nanoseconds(delay) / nanoseconds(batch);
}

}  // namespace fairrush::loadgen
