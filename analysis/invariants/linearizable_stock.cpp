#include "analysis/invariants/linearizable_stock.hpp"

namespace fairrush::analysis {

CheckVerdict LinearizableStock::verdict(CountRange coupons, std::uint64_t released) const {
  if (!possible(coupons, released)) return CheckVerdict::fail;
  return certain(coupons) ? CheckVerdict::pass : CheckVerdict::unknown;
}

/// Whether there is a C, and a choice of open claims that took a unit, with which it holds.
bool LinearizableStock::possible(CountRange coupons, std::uint64_t released) const {
  if (wins() > coupons.high) return false;
  if (!lost()) return true;
  // The stock was gone by the first loss: every unit taken by a claim that had been sent by then.
  return late_wins_ <= released && early_wins_ + early_open_ + released >= coupons.low;
}

/// Whether it holds for every C and every choice, without a unit given back.
bool LinearizableStock::certain(CountRange coupons) const {
  if (wins() + open() > coupons.low) return false;
  return !lost() || (late_wins_ + late_open_ == 0 && early_wins_ >= coupons.high);
}

}  // namespace fairrush::analysis
