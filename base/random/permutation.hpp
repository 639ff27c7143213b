#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random/counter_random.hpp"

namespace fairrush {

/// A seeded bijection of {0 … size−1} computed on the fly: O(√size) memory, 12 KiB for 500,000.
/// Balanced Feistel network of `kRounds` rounds over the next even power of two, with cycle walking
/// (Black, Rogaway 2002); at most four steps on average, a few nanoseconds each, because the round
/// function is tabled. Safe to use from any thread.
class Permutation {
 public:
  /// `size` 0 … 2³²; asking a permutation of size 0 for a value is a programmer's error.
  Permutation(std::uint64_t size, std::uint64_t seed, Stream stream);

  std::uint64_t size() const { return size_; }

  /// The value at `position`, position < size.
  std::uint64_t at(std::uint64_t position) const;

  /// The values at `first`, first + 1, …; the last position < size. Several times as fast as `at`
  /// for one after the other.
  void at_each(std::uint64_t first, std::span<std::uint32_t> values) const;

  /// The position of `value`: at(position_of(v)) == v.
  std::uint64_t position_of(std::uint64_t value) const;

 private:
  static constexpr unsigned kRounds = 6;
  static constexpr std::size_t kBlock = 64;

  void at_block(std::uint64_t first, std::span<std::uint32_t> values) const;
  std::uint64_t forward(std::uint64_t word) const;
  std::uint64_t backward(std::uint64_t word) const;
  std::uint64_t round_word(unsigned round, std::uint64_t half) const {
    return words_[round << half_bits_ | half];
  }

  std::uint64_t size_;
  unsigned half_bits_;
  std::uint64_t half_mask_;
  std::vector<std::uint16_t> words_;  ///< of every round and half
};

}  // namespace fairrush
