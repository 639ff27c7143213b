#pragma once

#include <cstdint>

#include "analysis/fairness/statistics/sequence.hpp"

namespace fairrush::analysis {

/// A made-up round as vectors/make_vectors.R makes it: participant i wins iff
/// (factor·i² + 5i + 3) mod 1009 < `limit`.
struct MadeUp {
  std::uint64_t size = 0;
  std::uint64_t factor = 1;
  std::uint64_t limit = 0;

  bool won(std::uint64_t participant) const {
    return (factor * participant * participant + 5 * participant + 3) % 1009 < limit;
  }

  WinSequence sequence() const {
    WinSequence sequence;
    for (std::uint64_t place = 0; place < size; ++place) sequence.push(won(place));
    return sequence;
  }
};

}  // namespace fairrush::analysis
