#include "analysis/invariants/linearizable_stock.hpp"

#include <algorithm>

namespace fairrush::analysis {

CheckVerdict LinearizableStock::verdict(CountRange coupons, std::uint64_t released) const {
  if (!possible(coupons, released)) return CheckVerdict::fail;
  return certain(coupons, released) ? CheckVerdict::pass : CheckVerdict::unknown;
}

/// Whether there is a C, and a choice of open claims that took a unit, with which it holds.
bool LinearizableStock::possible(CountRange coupons, std::uint64_t released) const {
  if (wins() > coupons.high || released > coupons.high - wins()) return false;
  if (!lost()) return true;
  // The stock was gone by the first loss: every unit taken by a claim that had been sent by then.
  const std::uint64_t explained = std::min(coupons.low, early_wins_ + early_open_);
  return late_wins_ == 0 && released >= coupons.low - explained;
}

/// Whether it holds for every C and every choice, whenever units were given up.
bool LinearizableStock::certain(CountRange coupons, std::uint64_t released) const {
  if (wins() + open() > coupons.low || released > coupons.low - wins() - open()) return false;
  return !lost() || (late_wins_ + late_open_ == 0 && early_wins_ >= coupons.high);
}

}  // namespace fairrush::analysis
