#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/units.hpp"

namespace fairrush::loadgen {

/// One queue, first in, first out, before `workers` equal workers, in virtual time. One thread.
class ServiceQueue {
 public:
  /// `workers` ≥ 1; all are free from the beginning of time.
  explicit ServiceQueue(std::uint32_t workers) : free_ns_(workers, 0) {}

  /// Serves whoever comes at `arrival_ns`, which never goes back, as soon as a worker is free;
  /// gives the end of the service. O(log workers).
  std::int64_t serve(std::int64_t arrival_ns, Duration service) {
    const std::int64_t done_ns = std::max(arrival_ns, free_ns_.front()) + service.count();
    // The earliest worker takes it and sinks to its new place in the heap.
    std::size_t place = 0;
    for (std::size_t child = 1; child < free_ns_.size(); child = 2 * place + 1) {
      if (child + 1 < free_ns_.size() && free_ns_[child + 1] < free_ns_[child]) ++child;
      if (free_ns_[child] >= done_ns) break;
      free_ns_[place] = free_ns_[child];
      place = child;
    }
    free_ns_[place] = done_ns;
    return done_ns;
  }

 private:
  std::vector<std::int64_t> free_ns_;  ///< a heap: when each worker is free, the earliest first
};

}  // namespace fairrush::loadgen
