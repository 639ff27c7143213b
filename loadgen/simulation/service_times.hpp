#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random/counter_random.hpp"
#include "loadgen/simulation/duration_model.hpp"

namespace fairrush::loadgen {

/// How long the service takes for one request after the other: a function of the round's seed and
/// the request's number. Made a block at a time, as their logarithms do not wait for each other.
/// One thread.
class ServiceTimes {
 public:
  ServiceTimes(const DurationModel& model, std::uint64_t seed)
      : model_(model), random_(seed, Stream::simulated_service) {}

  Duration next() {
    if (model_.is_zero()) return Duration::zero();
    if (place_ == kBlock) make_block();
    return block_[place_++];
  }

 private:
  static constexpr std::size_t kBlock = 64;

  void make_block() {
    std::array<double, kBlock> uniforms;
    for (double& uniform : uniforms) uniform = random_.uniform(made_++);
    model_.at_each(uniforms, block_);
    place_ = 0;
  }

  DurationModel model_;
  CounterRandom random_;
  std::uint64_t made_ = 0;
  std::size_t place_ = kBlock;
  std::array<Duration, kBlock> block_{};
};

}  // namespace fairrush::loadgen
