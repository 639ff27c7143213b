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
  std::uint64_t coupon_hash;
  std::string_view coupon_text;
  std::uint64_t key;  ///< of the request; attempts without one are told apart by their position
  Slot slot;
  bool acknowledged;

  CouponText coupon() const { return {coupon_hash, coupon_text}; }
  auto request() const { return std::tuple(coupon_hash, coupon_text, slot, key); }
};

/// By coupon, then by request, of which the acknowledged attempt comes first.
std::vector<Spending> spendings(const RunIndex& index) {
  std::vector<Spending> all;
  index.stories().for_each(index.all_attempts(), [&](Slot slot, std::span<const StoryStep> steps) {
    for (const StoryStep& step : steps) {
      const AttemptRecord& record = *step.record;
      if (record.operation() != Op::redeem) continue;
      const bool acknowledged = record.result() == Outcome::accepted;
      if (!acknowledged && record.result() != Outcome::indeterminate) continue;
      constexpr std::uint64_t kKeyless = std::uint64_t{1} << 63;
      const std::uint64_t key =
          record.idempotency != 0 ? record.idempotency : kKeyless + step.position;
      all.push_back({record.receipt_hash, step.receipt, key, slot, acknowledged});
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
        return spending.coupon() != first->coupon();
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
    const CouponId coupon = index_.coupons().find(request.coupon());
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
