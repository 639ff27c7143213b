#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/draw/digest.hpp"

namespace fairrush::server {

/// Chance that follows from an event's secret: unknown before, the same after a restart. `purpose`
/// keeps several uses of one secret apart. Value type; any thread.
class Chance {
 public:
  Chance(ByteView secret, std::string_view purpose);

  /// 1 … size in a random order. O(size).
  std::vector<std::uint32_t> order(std::uint32_t size) const { return pick(size, size); }

  /// The first `count` of that order, count ≤ size. O(size).
  std::vector<std::uint32_t> pick(std::uint32_t size, std::uint32_t count) const;

  /// A number of 0 … bound − 1, bound ≥ 1; the `index`-th of many. Unbiased to 2⁻³² of a chance.
  std::uint32_t below(std::uint32_t bound, std::uint64_t index = 0) const;

 private:
  Digest seed_;
  HmacSha256 keyed_;  ///< by the seed
};

}  // namespace fairrush::server
