#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

/// A density that goes from a to b in a straight line over 0 … 1 window:
/// F(x) = (2ax + (b − a)x²)/(a + b), and the quantile is the root of that.
class Ramp final : public ClickDistribution {
 public:
  Ramp(double from, double to, Duration window)
      : from_(from / (from + to)),
        rise_((to - from) / (from + to)),
        window_ns_(static_cast<double>(window.count())) {
    FAIRRUSH_ASSERT(from >= 0 && to >= 0 && from + to > 0);
  }

  double at(double t_ns) const override {
    const double x = std::clamp(t_ns / window_ns_, 0.0, 1.0);
    return x * (2 * from_ + rise_ * x);
  }
  double quantile(double part) const override {
    if (part <= 0) return 0;
    // The form of the root in which nothing cancels out.
    return window_ns_ * part / (from_ + std::sqrt(from_ * from_ + rise_ * part));
  }

 private:
  double from_;  // with from + to = 1
  double rise_;
  double window_ns_;
};

}  // namespace

std::unique_ptr<ClickDistribution> ramp_distribution(const ArrivalPattern& pattern,
                                                     Duration window) {
  return std::make_unique<Ramp>(pattern.from, pattern.to, window);
}

std::unique_ptr<ArrivalTimes> make_ramp(const ArrivalPattern& pattern, const ArrivalSpec& spec) {
  return make_even_clicks(ramp_distribution(pattern, spec.window), spec);
}

}  // namespace fairrush::loadgen
