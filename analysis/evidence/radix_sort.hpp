#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace fairrush::analysis {

/// Sorts by `key`, an unsigned 64-bit number of each item, keeping the order of those that agree in
/// it. O(n), with as much memory again while it runs; what is sorted already costs one look.
template <class T, class Key>
void radix_sort(std::vector<T>& items, Key key) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::uint64_t kDigits = std::uint64_t{1} << kDigitBits;
  if (std::ranges::is_sorted(items, {}, key)) return;
  const std::uint64_t greatest = key(std::ranges::max(items, {}, key));
  std::vector<T> sorted(items.size());
  for (unsigned shift = 0; shift < static_cast<unsigned>(std::bit_width(greatest));
       shift += kDigitBits) {
    const auto digit = [&](const T& item) { return (key(item) >> shift) % kDigits; };
    std::array<std::size_t, kDigits> next{};
    for (const T& item : items) ++next[digit(item)];
    std::size_t begin = 0;
    for (std::size_t& place : next) begin += std::exchange(place, begin);
    for (const T& item : items) sorted[next[digit(item)]++] = item;
    items.swap(sorted);
  }
}

/// Sorts times ascending, in the same way. Differences of two must not overflow.
inline void radix_sort(std::vector<std::int64_t>& times) {
  if (times.empty()) return;
  const std::int64_t earliest = std::ranges::min(times);
  radix_sort(times,
             [earliest](std::int64_t time) { return static_cast<std::uint64_t>(time - earliest); });
}

}  // namespace fairrush::analysis
