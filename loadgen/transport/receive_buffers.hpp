#pragma once

#include <liburing.h>

#include <cstddef>
#include <vector>

namespace fairrush::loadgen {

/// Memory that all receives of a ring write into, lent to the kernel a buffer at a time. Of the
/// ring's thread.
class ReceiveBuffers {
 public:
  static constexpr int kGroup = 1;  ///< what the ring calls them

  /// Throws `std::system_error` when the ring takes no buffers, `std::bad_alloc`. `ring` outlives
  /// them.
  explicit ReceiveBuffers(io_uring& ring);
  ReceiveBuffers(const ReceiveBuffers&) = delete;
  ReceiveBuffers& operator=(const ReceiveBuffers&) = delete;
  ~ReceiveBuffers();

  char* at(unsigned buffer) { return memory_.data() + std::size_t{buffer} * kBytes; }
  void give_back(unsigned buffer);

 private:
  static constexpr unsigned kBytes = 2048;
  static constexpr unsigned kCount = 1024;  // a power of two

  void add(unsigned buffer, int offset);

  io_uring& ring_;
  io_uring_buf_ring* entries_;
  std::vector<char> memory_ = std::vector<char>(std::size_t{kBytes} * kCount);
};

}  // namespace fairrush::loadgen
