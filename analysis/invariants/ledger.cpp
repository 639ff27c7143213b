#include <fmt/format.h>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {

Finding find_lost_acknowledgements(const RunIndex& index) {
  Finding finding;
  const auto look = [&](Slot slot, CouponId coupon) {
    if (!index.issued().contains(slot, coupon)) finding.accuse({slot});
  };
  index.acknowledged().for_each(look);
  index.shown().for_each([&](Slot slot, CouponId coupon) {
    if (!index.acknowledged().contains(slot, coupon)) look(slot, coupon);
  });
  finding.text = fmt::format("{} coupons were acknowledged, {} of them are not in the ledger",
                             format_count(index.told_pairs()), format_count(finding.violations));
  if (finding.violations > 0) finding.verdict = CheckVerdict::fail;
  return finding;
}

Finding find_phantoms(const RunIndex& index) {
  Finding finding;
  std::uint64_t resolved = 0;
  index.issued().for_each([&](Slot slot, CouponId coupon) {
    if (index.acknowledged().contains(slot, coupon)) return;
    if (index.user(slot).claim_open) {
      ++resolved;
    } else {
      finding.accuse({slot});
    }
  });
  finding.text = fmt::format(
      "{} coupons in the ledger, {} of them explained only by an unanswered claim, {} by nothing",
      format_count(index.issued().pairs()), format_count(resolved),
      format_count(finding.violations));
  if (finding.violations > 0) finding.verdict = CheckVerdict::fail;
  return finding;
}

}  // namespace fairrush::analysis
