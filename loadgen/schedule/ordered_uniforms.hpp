#pragma once

#include <cmath>
#include <cstdint>

#include "base/random/counter_random.hpp"

namespace fairrush::loadgen {

/// `count` independent uniform numbers in ascending order, one after the other, without storing or
/// sorting them: given the last one, the next is the minimum of those that remain (Bentley and
/// Saxe, "Generating sorted lists of random numbers", 1980). One thread.
class OrderedUniforms {
 public:
  OrderedUniforms(std::uint32_t count, CounterRandom random) : count_(count), random_(random) {}

  /// The next number, 0 < u ≤ 1 (1 only by rounding). At most `count` calls.
  double next() {
    const double remaining = static_cast<double>(count_ - drawn_);
    log_above_ += std::log(random_.uniform(drawn_)) / remaining;
    ++drawn_;
    return -std::expm1(log_above_);
  }

 private:
  std::uint32_t count_;
  CounterRandom random_;
  std::uint32_t drawn_ = 0;
  double log_above_ = 0;  // log of the part of (0, 1) above the last number
};

}  // namespace fairrush::loadgen
