#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/random/counter_random.hpp"

namespace fairrush::loadgen {

/// `count` independent uniform numbers in ascending order, one after the other, without storing or
/// sorting them: given the last one, the next is the minimum of those that remain (Bentley and
/// Saxe, "Generating sorted lists of random numbers", 1980). One thread.
class OrderedUniforms {
 public:
  /// Takes the numbers `first`, `first` + 1, … of `random`.
  OrderedUniforms(std::uint32_t count, CounterRandom random, std::uint64_t first)
      : count_(count), random_(random), first_(first) {}

  /// Calls `take(0, u)`, `take(1, u)`, … with the next numbers, 0 < u ≤ 1 (1 only by rounding). At
  /// most `count` in all. The logarithms are taken a block at a time: none waits for another.
  template <class Take>
  void next(std::size_t numbers, Take take) {
    std::array<double, kBlock> logs;
    for (std::size_t first = 0; first < numbers; first += kBlock) {
      const std::size_t size = std::min(kBlock, numbers - first);
      for (std::size_t place = 0; place < size; ++place, ++drawn_) {
        const double remaining = static_cast<double>(count_ - drawn_);
        logs[place] = std::log(random_.uniform(first_ + drawn_)) / remaining;
      }
      for (std::size_t place = 0; place < size; ++place) {
        log_above_ += logs[place];
        take(first + place, -std::expm1(log_above_));
      }
    }
  }

 private:
  static constexpr std::size_t kBlock = 64;

  std::uint32_t count_;
  CounterRandom random_;
  std::uint64_t first_;
  std::uint32_t drawn_ = 0;
  double log_above_ = 0;  // log of the part of (0, 1) above the last number
};

}  // namespace fairrush::loadgen
