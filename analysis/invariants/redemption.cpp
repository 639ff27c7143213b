#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <tuple>
#include <vector>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// One attempt to spend a coupon that took effect or may have.
struct Spending {
  CouponId coupon;    ///< kNone when nobody was ever seen with it
  CouponText unseen;  ///< what it was then
  std::uint64_t key;  ///< of the request; attempts without one are told apart by their position
  Slot slot;
  bool acknowledged;

  auto what() const { return std::tuple(coupon, unseen.hash, unseen.text); }
  auto request() const { return std::tuple(what(), slot, key); }
};

Spending spending_of(const RunIndex& index, Slot slot, const StoryStep& step) {
  constexpr std::uint64_t kKeyless = std::uint64_t{1} << 63;
  const AttemptRecord& record = *step.record;
  Spending spending{.coupon = index.acknowledged().first(slot),
                    .unseen = {},
                    .key = record.idempotency != 0 ? record.idempotency : kKeyless + step.position,
                    .slot = slot,
                    .acknowledged = record.result() == Outcome::accepted};
  if (index.coupons().is(spending.coupon, step.coupon())) return spending;
  spending.coupon = index.coupons().find(step.coupon());
  if (spending.coupon == kNone) spending.unseen = step.coupon();
  return spending;
}

/// By coupon, then by request, of which the acknowledged attempt comes first.
std::vector<Spending> spendings(const RunIndex& index) {
  std::vector<Spending> all;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    for (const StoryStep& step : steps) {
      if (step.record->operation() != Op::redeem) continue;
      const Outcome outcome = step.record->result();
      if (outcome == Outcome::accepted || outcome == Outcome::indeterminate) {
        all.push_back(spending_of(index, slot, step));
      }
    }
  });
  std::ranges::sort(all, [](const Spending& a, const Spending& b) {
    return std::tuple(a.request(), !a.acknowledged) < std::tuple(b.request(), !b.acknowledged);
  });
  const auto again = std::ranges::unique(
      all, [](const Spending& a, const Spending& b) { return a.request() == b.request(); });
  all.erase(again.begin(), again.end());
  return all;
}

class RedemptionCheck {
 public:
  explicit RedemptionCheck(const RunIndex& index) : index_(index) {}

  Finding run() {
    const std::vector<Spending> all = spendings(index_);
    for (auto first = all.begin(); first != all.end();) {
      const auto last = std::ranges::find_if(first, all.end(), [first](const Spending& spending) {
        return spending.what() != first->what();
      });
      judge_coupon({first, last});
      first = last;
    }
    return conclude();
  }

 private:
  void judge_coupon(std::span<const Spending> requests) {
    std::vector<Slot> redeemers;
    std::uint64_t open = 0;
    for (const Spending& request : requests) {
      if (!request.acknowledged) {
        ++open;
        continue;
      }
      ++acknowledged_;
      redeemers.push_back(request.slot);
      judge_owner(request);
    }
    if (redeemers.size() > 1) {
      ++repeated_;
      redeemers.erase(std::ranges::unique(redeemers).begin(), redeemers.end());
      finding_.accuse(std::move(redeemers));
    } else if (redeemers.size() + open > 1) {
      finding_.open_attempts += open;
      if (open_users_.size() < kExamplesMax) open_users_.push_back(requests.front().slot);
    }
  }

  void judge_owner(const Spending& request) {
    const CouponId coupon = request.coupon;
    const bool owned = coupon != kNone && index_.held().contains(request.slot, coupon);
    const bool issued = coupon != kNone && index_.issued().contains(request.slot, coupon);
    if (index_.has_ledger() ? issued : owned) return;
    const Slot owner = coupon == kNone ? kNone : index_.owner(coupon);
    if (!index_.has_ledger() && owner == kNone) {
      if (open_users_.size() < kExamplesMax) open_users_.push_back(request.slot);
      return;
    }
    ++strange_;
    if (owner == kNone || owner == request.slot) {
      finding_.accuse({request.slot});
    } else {
      finding_.accuse({request.slot, owner});
    }
  }

  Finding conclude() {
    if (index_.totals().redemptions_sent == 0) {
      finding_.verdict = CheckVerdict::not_applicable;
      finding_.text = "nobody tried to redeem a coupon";
      return std::move(finding_);
    }
    finding_.text = fmt::format(
        "{} redemptions were acknowledged; {} coupons were redeemed more than once, {} redemptions "
        "were of a coupon that its user does not hold",
        format_count(acknowledged_), format_count(repeated_), format_count(strange_));
    const bool unconfirmed = !index_.has_ledger() && acknowledged_ > 0;
    if (finding_.violations > 0) {
      finding_.verdict = CheckVerdict::fail;
    } else if (finding_.open_attempts > 0 || unconfirmed) {
      finding_.verdict = CheckVerdict::unknown;
      if (unconfirmed) finding_.text += "; without a ledger nobody knows what was issued";
      for (Slot slot : open_users_) finding_.show({slot});
    }
    return std::move(finding_);
  }

  const RunIndex& index_;
  Finding finding_;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t strange_ = 0;
  std::vector<Slot> open_users_;
};

}  // namespace

Finding find_repeated_redemptions(const RunIndex& index) {
  return RedemptionCheck(index).run();
}

}  // namespace fairrush::analysis
