#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace fairrush::loadgen {

/// How many answers a wait should gather before it ends, of a driver that reacts to answers. Waking
/// up costs more than handling an answer, so a few at once are cheaper; but an answer that was
/// gathered has waited for the others, so there are never more than half of those that can come,
/// and one alone waits no longer than `kPatience`. Where answers come too slowly for that, each is
/// handled as it comes.
class Gathering {
 public:
  static constexpr unsigned kMost = 64;
  static constexpr unsigned kShare = 2;
  static constexpr Duration kPatience = std::chrono::milliseconds(1);

  /// For the next wait, of which `awaited` answers can come at most; at least 1.
  unsigned wanted(unsigned awaited) const { return std::clamp(awaited / kShare, 1U, level_); }

  /// A wait for `wanted` gave `came`.
  void waited(unsigned wanted, unsigned came) {
    level_ = came < wanted ? std::max(level_ / 2, 1U) : std::min(2 * level_, kMost);
  }

 private:
  unsigned level_ = 1;
};

}  // namespace fairrush::loadgen
