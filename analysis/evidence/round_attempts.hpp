#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/history/reader.hpp"

namespace fairrush::analysis {

/// Number of an attempt in the order of the file, within its round.
using Position = std::uint32_t;

/// The attempts of one round by position, as they stand in the mapped history. The blocks must
/// outlive it. Fewer than 2³² − 1 attempts.
class RoundAttempts {
 public:
  explicit RoundAttempts(std::span<const HistoryBlock> blocks);

  std::uint64_t size() const { return size_; }

  struct Attempt {
    const AttemptRecord& record;
    std::string_view receipt;
  };
  Attempt at(Position position) const {
    const std::size_t block = block_of(position);
    const AttemptRecord& record = blocks_[block].records[position - begins_[block]];
    return {record, blocks_[block].receipt(record)};
  }
  const AttemptRecord& record(Position position) const {
    const std::size_t block = block_of(position);
    return blocks_[block].records[position - begins_[block]];
  }

 private:
  static constexpr Position kStride = 4096;

  std::size_t block_of(Position position) const;

  std::span<const HistoryBlock> blocks_;
  std::vector<Position> begins_;      // of each block
  std::vector<std::uint32_t> hints_;  // the block that holds each kStride-th attempt
  std::uint64_t size_ = 0;
};

}  // namespace fairrush::analysis
