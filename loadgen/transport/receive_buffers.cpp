#include "loadgen/transport/receive_buffers.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <system_error>

namespace fairrush::loadgen {

ReceiveBuffers::ReceiveBuffers(io_uring& ring) : ring_(ring) {
  void* const shared = ::mmap(nullptr, kCount * sizeof(io_uring_buf), PROT_READ | PROT_WRITE,
                              MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
  if (shared == MAP_FAILED) throw std::bad_alloc();
  entries_ = static_cast<io_uring_buf_ring*>(shared);
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(shared);
  registration.ring_entries = kCount;
  registration.bgid = kGroup;
  if (const int failed = io_uring_register_buf_ring(&ring_, &registration, 0); failed < 0) {
    ::munmap(shared, kCount * sizeof(io_uring_buf));
    throw std::system_error(-failed, std::generic_category(), "io_uring buffers");
  }
  io_uring_buf_ring_init(entries_);
  for (unsigned buffer = 0; buffer < kCount; ++buffer) add(buffer, static_cast<int>(buffer));
  io_uring_buf_ring_advance(entries_, kCount);
}

ReceiveBuffers::~ReceiveBuffers() {
  io_uring_unregister_buf_ring(&ring_, kGroup);
  ::munmap(entries_, kCount * sizeof(io_uring_buf));
}

void ReceiveBuffers::give_back(unsigned buffer) {
  add(buffer, 0);
  io_uring_buf_ring_advance(entries_, 1);
}

void ReceiveBuffers::add(unsigned buffer, int offset) {
  io_uring_buf_ring_add(entries_, at(buffer), kBytes, static_cast<unsigned short>(buffer),
                        io_uring_buf_ring_mask(kCount), offset);
}

}  // namespace fairrush::loadgen
