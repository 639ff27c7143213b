#pragma once

#include <cstdint>
#include <string>

#include "loadgen/simulation/duration_model.hpp"

namespace fairrush::loadgen {

/// What stands for servers and network in virtual time. Requests wait in one queue, first in, first
/// out, and are decided in that order; the service time passes before the answer leaves.
struct ServiceModel {
  std::uint32_t workers = 4;  ///< requests in service at once, 1 … kWorkersMax
  DurationModel service = DurationModel::exponential(std::chrono::microseconds(500));
  DurationModel jitter;  ///< of every way, beside the cohort's delay; zero by default

  /// "4 workers × exponential:0.5ms, no jitter"
  std::string text() const;

  static constexpr std::uint32_t kWorkersMax = 100'000;
};

}  // namespace fairrush::loadgen
