#pragma once

#include <expected>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "server/domain/amount.hpp"
#include "server/domain/discount.hpp"
#include "server/domain/error.hpp"

namespace fairrush::server {

/// What every coupon of an event promises and asks.
struct CouponTerms {
  Duration valid_for = std::chrono::hours(30 * 24);  ///< from its issue; at least 1 ms
  Amount amount_min;                                 ///< least amount of an order; zero asks none
  Discount discount = {};                            ///< unless the coupon has one of its own

  bool operator==(const CouponTerms&) const = default;
};

/// A coupon as its redemption sees it.
struct CouponStanding {
  UserIndex owner;
  WallTime issued;
  Discount discount = {};
  bool redeemed = false;
};

/// A wish to spend a coupon.
struct RedemptionWish {
  UserIndex user;
  Amount amount;  ///< of the order, 0 … kAmountMax
  WallTime at;
};

/// An order before and after its coupon: original = discount + to_pay.
struct OrderAmounts {
  Amount original;
  Amount discount;
  Amount to_pay;
  bool operator==(const OrderAmounts&) const = default;
};

/// What a coupon takes off an order of 0 … kAmountMax, rounded down. Pure.
OrderAmounts amounts_of(Amount original, const Discount& discount);

/// Whether a coupon may be spent, and what it takes off; the discount is rounded down. The first
/// reason of these counts: not_owned, already_used, not_yet_valid (before its issue, by a clock
/// that was set back), coupon_expired (from issue + valid_for on), condition_not_met. Pure.
std::expected<OrderAmounts, ErrorCode> judge_redemption(const CouponTerms& terms,
                                                        const CouponStanding& coupon,
                                                        const RedemptionWish& wish);

}  // namespace fairrush::server
