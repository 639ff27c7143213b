#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/ids.hpp"
#include "base/random/permutation.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {

/// The users of one window in the order of their clicks: a seeded permutation beside ascending
/// times. One thread; `order` must outlive it.
class ClickStream {
 public:
  ClickStream(const Permutation& order, std::unique_ptr<ArrivalTimes> times, std::int64_t start_ns)
      : order_(order), times_(std::move(times)), start_ns_(start_ns) {}

  struct Click {
    UserIndex user;
    std::int64_t intended_ns;  ///< on the run's clock
  };
  /// The next click; unset after every user's one.
  std::optional<Click> next() {
    if (taken_ == made_ && !make_block()) return std::nullopt;
    return block_[taken_++];
  }

  /// The next clicks, as many as are at hand; none after every user's one. Valid until the next
  /// call. The fastest way to take them all.
  std::span<const Click> next_block() {
    if (taken_ == made_) make_block();
    const std::size_t first = std::exchange(taken_, made_);
    return std::span(block_).subspan(first, made_ - first);
  }

 private:
  static constexpr std::size_t kBlock = 64;

  /// Whether there are any more.
  bool make_block();

  const Permutation& order_;
  std::unique_ptr<ArrivalTimes> times_;
  std::int64_t start_ns_;
  std::uint64_t rank_ = 0;
  std::array<Click, kBlock> block_{};
  std::size_t made_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace fairrush::loadgen
