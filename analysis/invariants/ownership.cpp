#include <fmt/format.h>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {

Finding find_shared_coupons(const RunIndex& index) {
  Finding finding;
  for (const auto& [coupon, owners] : index.shared_coupons()) finding.accuse(owners);
  finding.text = fmt::format("{} coupons, {} of them with more than one owner",
                             format_count(index.owned_coupons()), format_count(finding.violations));
  const auto& repeated = index.repeated_rows();
  if (!repeated.empty()) {
    finding.text +=
        fmt::format("; {} rows of the ledger repeat another", format_count(repeated.size()));
  }
  for (std::size_t row : repeated) finding.accuse({index.slot_of(index.ledger()[row].user)});
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
  } else if (!index.has_ledger() && index.totals().open_claims > 0) {
    finding.verdict = CheckVerdict::unknown;
    finding.open_attempts = index.totals().open_claims;
  }
  return finding;
}

Finding find_users_with_several(const RunIndex& index) {
  Finding finding;
  for (Slot slot : index.held().holders_of_several()) finding.accuse({slot});
  finding.text =
      fmt::format("{} users hold more than one coupon", format_count(finding.violations));
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
    return finding;
  }
  if (index.has_ledger()) return finding;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    const std::uint32_t open = index.unsettled_claims(slot);
    const std::uint32_t possible = open + (index.held().holds_any(slot) ? 1U : 0U);
    if (open > 0 && possible > 1) finding.open_attempts += open;
  }
  if (finding.open_attempts > 0) finding.verdict = CheckVerdict::unknown;
  return finding;
}

Finding find_ineligible_winners(const RunIndex& index) {
  Finding finding;
  // A scenario that takes reservations of nobody sends intruders only: then any winner is one.
  const bool reserved = takes_reservations(index.round());
  if (!reserved && !index.facts().roster) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "the event takes no reservations: everybody is on the roster";
    return finding;
  }
  std::uint64_t holders = 0;
  std::uint64_t denied = 0;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (index.denied_place(slot)) {
      ++denied;
      finding.accuse({slot});
    }
    if (index.held().holds_any(slot)) {
      ++holders;
      if (!index.may_be_on_roster(slot)) finding.accuse({slot});
    } else if (!index.may_be_on_roster(slot)) {
      finding.open_attempts += index.unsettled_claims(slot);
    }
  }
  finding.text = fmt::format(
      fmt::runtime(reserved ? "{} users hold a coupon, {} of them without a reservation; {} users "
                              "with a reservation were told that they had none"
                            : "{} users hold a coupon, {} of them not on the list; {} users on the "
                              "list were told that they were not"),
      format_count(holders), format_count(finding.violations - denied), format_count(denied));
  if (finding.violations > 0) {
    finding.verdict = CheckVerdict::fail;
  } else if (finding.open_attempts > 0) {
    finding.verdict = CheckVerdict::unknown;
  }
  return finding;
}

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
      "{} coupons in the ledger, {} of them known only by a claim that went unanswered, {} that "
      "nobody was told of",
      format_count(index.issued().pairs()), format_count(resolved),
      format_count(finding.violations));
  if (finding.violations > 0) finding.verdict = CheckVerdict::fail;
  return finding;
}

}  // namespace fairrush::analysis
