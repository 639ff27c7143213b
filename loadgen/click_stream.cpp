#include "loadgen/click_stream.hpp"

#include <algorithm>

namespace fairrush::loadgen {

bool ClickStream::make_block() {
  taken_ = 0;
  made_ = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, order_.size() - rank_));
  std::array<std::uint32_t, kBlock> users;
  std::array<Duration, kBlock> offsets;
  order_.at_each(rank_, std::span(users).first(made_));
  times_->next(std::span(offsets).first(made_));
  for (std::size_t click = 0; click < made_; ++click) {
    block_[click] = {UserIndex(users[click]), start_ns_ + offsets[click].count()};
  }
  rank_ += made_;
  return made_ > 0;
}

}  // namespace fairrush::loadgen
