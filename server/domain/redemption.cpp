#include "server/domain/redemption.hpp"

#include <limits>

namespace fairrush::server {

static_assert(kAmountMax.minor <= std::numeric_limits<std::int64_t>::max() / 100,
              "a percentage is taken of a hundredfold");

OrderAmounts amounts_of(Amount original, unsigned discount_percent) {
  const Amount discount{original.minor * discount_percent / 100};
  return {original, discount, Amount{original.minor - discount.minor}};
}

std::expected<OrderAmounts, ErrorCode> judge_redemption(const CouponTerms& terms,
                                                        const CouponStanding& coupon,
                                                        const RedemptionWish& wish) {
  if (coupon.owner != wish.user) return std::unexpected(ErrorCode::not_owned);
  if (coupon.redeemed) return std::unexpected(ErrorCode::already_used);
  if (wish.at < coupon.issued) return std::unexpected(ErrorCode::not_yet_valid);
  if (wish.at - coupon.issued >= terms.valid_for) return std::unexpected(ErrorCode::coupon_expired);
  if (wish.amount < terms.amount_min) return std::unexpected(ErrorCode::condition_not_met);
  return amounts_of(wish.amount, coupon.discount_percent);
}

}  // namespace fairrush::server
