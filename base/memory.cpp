#include "base/memory.hpp"

#include <malloc.h>
#include <sys/mman.h>

#include <limits>
#include <new>

namespace fairrush {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

void* allocate_on_huge_pages(std::size_t bytes) {
  const bool many = bytes >= kHugePage / 2;
  const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  void* const memory = many ? std::aligned_alloc(kHugePage, whole) : std::malloc(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  // A wish: refused where the kernel has no huge pages, and then nothing is lost but speed.
  if (many) static_cast<void>(madvise(memory, whole, MADV_HUGEPAGE));
  return memory;
}

void keep_freed_memory() {
  constexpr int kOwnMappingFrom = 32 << 20;  // the most that glibc accepts
  mallopt(M_MMAP_THRESHOLD, kOwnMappingFrom);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

void return_freed_memory() {
  malloc_trim(0);
}

}  // namespace fairrush
