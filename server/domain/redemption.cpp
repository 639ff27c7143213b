#include "server/domain/redemption.hpp"

namespace fairrush::server {

OrderAmounts amounts_of(Amount original, const Discount& discount) {
  const Amount off = taken_off(discount, original);
  return {original, off, Amount{original.minor - off.minor}};
}

std::expected<OrderAmounts, ErrorCode> judge_redemption(const CouponTerms& terms,
                                                        const CouponStanding& coupon,
                                                        const RedemptionWish& wish) {
  if (coupon.owner != wish.user) return std::unexpected(ErrorCode::not_owned);
  if (coupon.redeemed) return std::unexpected(ErrorCode::already_used);
  if (wish.at < coupon.issued) return std::unexpected(ErrorCode::not_yet_valid);
  if (wish.at - coupon.issued >= terms.valid_for) return std::unexpected(ErrorCode::coupon_expired);
  if (wish.amount < terms.amount_min) return std::unexpected(ErrorCode::condition_not_met);
  return amounts_of(wish.amount, coupon.discount);
}

}  // namespace fairrush::server
