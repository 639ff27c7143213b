#pragma once

#include "base/units.hpp"

namespace fairrush::loadgen {

/// A log-normal distribution of durations. Value type; any thread.
class LogNormal {
 public:
  LogNormal() = default;
  /// By median and 99th percentile; p99 ≥ median > 0.
  LogNormal(Duration median, Duration p99);

  /// The quantile at `place`, 0 < place < 1, in nanoseconds.
  double at(double place) const;

 private:
  double median_ns_ = 1;
  double sigma_ = 0;  ///< standard deviation of the logarithm
};

}  // namespace fairrush::loadgen
