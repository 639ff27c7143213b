#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace fairrush::analysis {

/// Sorts numbers ascending by the bits from `first_bit` on, keeping the order of those that agree
/// in them. O(n) with as much memory again while it runs; what is sorted already costs one look.
inline void radix_sort(std::vector<std::uint64_t>& numbers, unsigned first_bit = 0) {
  constexpr unsigned kDigitBits = 11;
  constexpr std::uint64_t kDigits = std::uint64_t{1} << kDigitBits;
  const auto key = [first_bit](std::uint64_t number) { return number >> first_bit; };
  if (std::ranges::is_sorted(numbers, {}, key)) return;
  const auto last_bit = static_cast<unsigned>(std::bit_width(std::ranges::max(numbers)));
  std::vector<std::uint64_t> sorted(numbers.size());
  for (unsigned shift = first_bit; shift < last_bit; shift += kDigitBits) {
    const auto digit = [shift](std::uint64_t number) { return (number >> shift) % kDigits; };
    std::array<std::size_t, kDigits> next{};
    for (std::uint64_t number : numbers) ++next[digit(number)];
    std::size_t begin = 0;
    for (std::size_t& place : next) begin += std::exchange(place, begin);
    for (std::uint64_t number : numbers) sorted[next[digit(number)]++] = number;
    numbers.swap(sorted);
  }
}

}  // namespace fairrush::analysis
