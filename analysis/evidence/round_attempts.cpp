#include "analysis/evidence/round_attempts.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"

namespace fairrush::analysis {

RoundAttempts::RoundAttempts(std::span<const HistoryBlock> blocks) : blocks_(blocks) {
  begins_.reserve(blocks.size());
  for (const HistoryBlock& block : blocks) {
    begins_.push_back(static_cast<Position>(size_));
    size_ += block.records.size();
    const auto number = static_cast<std::uint32_t>(begins_.size() - 1);
    while (std::uint64_t{hints_.size()} * kStride < size_) hints_.push_back(number);
  }
  // A round of four billion attempts is a history of 340 GB.
  FAIRRUSH_ASSERT(size_ < std::numeric_limits<Position>::max());
}

std::size_t RoundAttempts::block_of(Position position) const {
  const std::size_t hint = position / kStride;
  const std::size_t low = hints_[hint];
  const std::size_t high = hint + 1 < hints_.size() ? hints_[hint + 1] : begins_.size() - 1;
  const auto first = begins_.begin() + static_cast<std::ptrdiff_t>(low);
  const auto last = begins_.begin() + static_cast<std::ptrdiff_t>(high) + 1;
  return static_cast<std::size_t>(std::upper_bound(first, last, position) - begins_.begin()) - 1;
}

}  // namespace fairrush::analysis
