#pragma once

#include <atomic>
#include <cstdint>

namespace fairrush::loadgen {

/// A count that one thread keeps and any thread may read: no read-modify-write on the hot path.
class Counter {
 public:
  void add(std::uint64_t by = 1) { set(value() + by); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What a worker tells about itself while it runs. Written by the worker's thread only.
struct WorkerCounters {
  Counter sent;                   ///< requests of which a byte has left
  Counter reservations_done;      ///< first clicks of reservations that have ended
  Counter claims_done;            ///< first clicks of claims that have ended
  Counter in_flight;              ///< attempts a connection is busy with
  Counter wins;                   ///< users who have won
  Counter errors;                 ///< failed or indeterminate
  Counter unsent;                 ///< attempts that the instrument gave up before sending
  Counter ports_exhausted;        ///< attempts that found no local port
  Counter descriptors_exhausted;  ///< attempts that found no descriptor
  Counter held_back;              ///< attempts given up because no connection came free
  Counter connections_max;        ///< open at once
};

}  // namespace fairrush::loadgen
