#pragma once

#include <cstddef>
#include <cstdlib>
#include <vector>

namespace fairrush {

/// `bytes` of memory, asked to lie on huge pages where they are many; released by `std::free`.
/// Throws std::bad_alloc. Any thread.
void* allocate_on_huge_pages(std::size_t bytes);

/// For tables of many megabytes that are read here and there: on pages of 4 KiB the processor would
/// look up the page as often as the entry. Where the system has no huge pages to give, memory as
/// any other.
template <class T>
class HugePageAllocator {
 public:
  static_assert(alignof(T) <= alignof(std::max_align_t));
  using value_type = T;

  HugePageAllocator() = default;
  template <class Other>
  explicit(false) HugePageAllocator(const HugePageAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(allocate_on_huge_pages(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t) { std::free(memory); }

  bool operator==(const HugePageAllocator&) const = default;
};

/// A table for large populations.
template <class T>
using LargeVector = std::vector<T, HugePageAllocator<T>>;

/// From now on the process keeps what it frees for its own next use: who takes and frees the same
/// tables again and again would otherwise have the system clear their pages each time. For the
/// whole process; any thread.
void keep_freed_memory();

/// Gives back to the system what the process has freed so far: after tables have grown to their
/// size, as much again as they have. Takes milliseconds. Any thread.
void return_freed_memory();

}  // namespace fairrush
