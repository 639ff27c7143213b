#include "base/random/permutation.hpp"

#include <array>
#include <bit>

#include "base/assert.hpp"

namespace fairrush {
namespace {

unsigned half_bits_for(std::uint64_t size) {
  const auto bits = static_cast<unsigned>(std::bit_width(size < 2 ? 1 : size - 1));
  return bits < 2 ? 1 : (bits + 1) / 2;
}

}  // namespace

Permutation::Permutation(std::uint64_t size, std::uint64_t seed, Stream stream)
    : size_(size),
      half_bits_(half_bits_for(size)),
      half_mask_((std::uint64_t{1} << half_bits_) - 1) {
  FAIRRUSH_ASSERT(size <= std::uint64_t{1} << 32);
  const CounterRandom random(seed, stream);
  words_.reserve(kRounds << half_bits_);
  for (unsigned round = 0; round < kRounds; ++round) {
    for (std::uint64_t half = 0; half <= half_mask_; ++half) {
      words_.push_back(static_cast<std::uint16_t>(random.bits(half, round) & half_mask_));
    }
  }
}

std::uint64_t Permutation::at(std::uint64_t position) const {
  FAIRRUSH_ASSERT(position < size_);
  std::uint64_t word = forward(position);
  while (word >= size_) word = forward(word);
  return word;
}

void Permutation::at_each(std::uint64_t first, std::span<std::uint32_t> values) const {
  FAIRRUSH_ASSERT(first + values.size() <= size_);
  for (; values.size() > kBlock; values = values.subspan(kBlock), first += kBlock) {
    at_block(first, values.first(kBlock));
  }
  at_block(first, values);
}

/// Steps of different positions do not wait for each other: all take one, then those that have to
/// walk on take the next.
void Permutation::at_block(std::uint64_t first, std::span<std::uint32_t> values) const {
  std::array<std::uint8_t, kBlock> outside;
  std::size_t left = 0;
  for (std::size_t place = 0; place < values.size(); ++place) {
    const std::uint64_t word = forward(first + place);
    values[place] = static_cast<std::uint32_t>(word);
    outside[left] = static_cast<std::uint8_t>(place);
    left += word >= size_ ? 1 : 0;
  }
  while (left > 0) {
    std::size_t still = 0;
    for (std::size_t walker = 0; walker < left; ++walker) {
      const std::uint8_t place = outside[walker];
      const std::uint64_t word = forward(values[place]);
      values[place] = static_cast<std::uint32_t>(word);
      outside[still] = place;
      still += word >= size_ ? 1 : 0;
    }
    left = still;
  }
}

std::uint64_t Permutation::position_of(std::uint64_t value) const {
  FAIRRUSH_ASSERT(value < size_);
  std::uint64_t word = backward(value);
  while (word >= size_) word = backward(word);
  return word;
}

std::uint64_t Permutation::forward(std::uint64_t word) const {
  std::uint64_t left = word >> half_bits_;
  std::uint64_t right = word & half_mask_;
  for (unsigned round = 0; round < kRounds; ++round) {
    const std::uint64_t next = left ^ round_word(round, right);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

std::uint64_t Permutation::backward(std::uint64_t word) const {
  std::uint64_t left = word >> half_bits_;
  std::uint64_t right = word & half_mask_;
  for (unsigned round = kRounds; round-- > 0;) {
    const std::uint64_t previous = right ^ round_word(round, left);
    right = left;
    left = previous;
  }
  return left << half_bits_ | right;
}

}  // namespace fairrush
