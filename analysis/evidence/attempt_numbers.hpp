#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace fairrush::analysis {

/// Counts attempt numbers that were seen before. A bit a number while the numbers are about as
/// dense as the instrument gives them; those far beyond are kept and sorted.
class AttemptNumbers {
 public:
  /// `attempts` is how many will come.
  explicit AttemptNumbers(std::uint64_t attempts)
      : seen_((attempts * kSparsenessMax + kWordBits - 1) / kWordBits) {}

  void add(std::uint64_t number) {
    const std::uint64_t word = number / kWordBits;
    if (word >= seen_.size()) {
      far_.push_back(number);
      return;
    }
    const std::uint64_t bit = std::uint64_t{1} << number % kWordBits;
    if ((seen_[word] & bit) != 0) ++repeated_;
    seen_[word] |= bit;
  }

  /// How many repeat an earlier one. Sorts what is kept.
  std::uint64_t repeated() {
    std::ranges::sort(far_);
    std::uint64_t far_repeated = 0;
    for (std::size_t place = 1; place < far_.size(); ++place) {
      if (far_[place] == far_[place - 1]) ++far_repeated;
    }
    return repeated_ + far_repeated;
  }

 private:
  static constexpr std::uint64_t kWordBits = 64;
  /// A shard of sixteen uses every sixteenth number.
  static constexpr std::uint64_t kSparsenessMax = 16;

  std::vector<std::uint64_t> seen_;
  std::vector<std::uint64_t> far_;
  std::uint64_t repeated_ = 0;
};

}  // namespace fairrush::analysis
