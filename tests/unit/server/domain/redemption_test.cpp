#include "server/domain/redemption.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

constexpr WallTime kIssued{std::chrono::hours(1)};
constexpr CouponTerms kTerms{.valid_for = std::chrono::hours(24),
                             .amount_min = {1000},
                             .discount = {Discount::Kind::percent, 10}};
constexpr CouponStanding kCoupon{.owner = UserIndex(7),
                                 .issued = kIssued,
                                 .discount = {Discount::Kind::percent, 10},
                                 .redeemed = false};
constexpr RedemptionWish kWish{.user = UserIndex(7), .amount = {10000}, .at = kIssued};

TEST(Redemption, TakesThePercentageOff) {
  const auto amounts = judge_redemption(kTerms, kCoupon, kWish);
  ASSERT_TRUE(amounts);
  EXPECT_EQ(*amounts, (OrderAmounts{{10000}, {1000}, {9000}}));
}

TEST(Redemption, RoundsTheDiscountDown) {
  RedemptionWish wish = kWish;
  wish.amount = {1999};
  EXPECT_EQ(judge_redemption(kTerms, kCoupon, wish), (OrderAmounts{{1999}, {199}, {1800}}));
}

TEST(Redemption, ReckonsWithTheLargestAmountAndTheLargestDiscount) {
  RedemptionWish wish = kWish;
  wish.amount = kAmountMax;
  CouponStanding coupon = kCoupon;
  coupon.discount.value = 100;
  EXPECT_EQ(judge_redemption(kTerms, coupon, wish), (OrderAmounts{kAmountMax, kAmountMax, {0}}));
}

TEST(Redemption, IsTheOwnersAlone) {
  RedemptionWish wish = kWish;
  wish.user = UserIndex(8);
  EXPECT_EQ(judge_redemption(kTerms, kCoupon, wish).error(), ErrorCode::not_owned);
}

TEST(Redemption, HappensOnce) {
  CouponStanding coupon = kCoupon;
  coupon.redeemed = true;
  EXPECT_EQ(judge_redemption(kTerms, coupon, kWish).error(), ErrorCode::already_used);
}

TEST(Redemption, TellsAStrangerNothingAboutACouponsUse) {
  CouponStanding coupon = kCoupon;
  coupon.redeemed = true;
  RedemptionWish wish = kWish;
  wish.user = UserIndex(8);
  EXPECT_EQ(judge_redemption(kTerms, coupon, wish).error(), ErrorCode::not_owned);
}

TEST(Redemption, KeepsToTheValidityPeriod) {
  RedemptionWish wish = kWish;
  wish.at = kIssued - Duration(1);
  EXPECT_EQ(judge_redemption(kTerms, kCoupon, wish).error(), ErrorCode::not_yet_valid);
  wish.at = kIssued + kTerms.valid_for - Duration(1);
  EXPECT_TRUE(judge_redemption(kTerms, kCoupon, wish));
  wish.at = kIssued + kTerms.valid_for;
  EXPECT_EQ(judge_redemption(kTerms, kCoupon, wish).error(), ErrorCode::coupon_expired);
}

TEST(Redemption, AsksForTheLeastAmount) {
  RedemptionWish wish = kWish;
  wish.amount = {999};
  EXPECT_EQ(judge_redemption(kTerms, kCoupon, wish).error(), ErrorCode::condition_not_met);
  wish.amount = {1000};
  EXPECT_TRUE(judge_redemption(kTerms, kCoupon, wish));
}

}  // namespace
}  // namespace fairrush::server
