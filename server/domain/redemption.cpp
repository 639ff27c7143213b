#include "server/domain/redemption.hpp"

namespace fairrush::server {

std::expected<OrderAmounts, ErrorCode> judge_redemption(const CouponTerms& terms,
                                                        const CouponStanding& coupon,
                                                        const RedemptionWish& wish) {
  if (coupon.owner != wish.user) return std::unexpected(ErrorCode::not_owned);
  if (coupon.redeemed) return std::unexpected(ErrorCode::already_used);
  if (wish.at < coupon.issued) return std::unexpected(ErrorCode::not_yet_valid);
  if (wish.at - coupon.issued >= terms.valid_for) return std::unexpected(ErrorCode::coupon_expired);
  if (wish.amount < terms.amount_min) return std::unexpected(ErrorCode::condition_not_met);
  const Amount discount = taken_off(coupon.discount, wish.amount);
  return OrderAmounts{wish.amount, discount, Amount{wish.amount.minor - discount.minor}};
}

}  // namespace fairrush::server
