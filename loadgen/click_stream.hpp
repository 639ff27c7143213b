#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
    if (rank_ == order_.size()) return std::nullopt;
    const UserIndex user{static_cast<std::uint32_t>(order_.at(rank_++))};
    return Click{user, start_ns_ + times_->next().count()};
  }

 private:
  const Permutation& order_;
  std::unique_ptr<ArrivalTimes> times_;
  std::int64_t start_ns_;
  std::uint64_t rank_ = 0;
};

}  // namespace fairrush::loadgen
