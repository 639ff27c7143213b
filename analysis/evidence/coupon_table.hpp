#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace fairrush::analysis {

/// A coupon's text as a number, dense from 0.
using CouponId = std::uint32_t;
inline constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

/// A coupon's text with its stored hash. Two are the same coupon only if both agree: the hash alone
/// could collide, and of an overlong text only the beginning is stored.
struct CouponText {
  std::uint64_t hash = 0;
  std::string_view text;

  bool operator==(const CouponText&) const = default;
};

/// Numbers the coupons it is shown: an open hash table of 32-bit numbers beside the texts, about 40
/// bytes a coupon. The texts must outlive it; at most 2³¹ of them.
class CouponTable {
 public:
  CouponId intern(const CouponText& coupon) {
    if (coupons_.size() * 3 >= places_.size() * 2) grow();
    CouponId& place = places_[place_of(coupon)];
    if (place == kNone) {
      place = static_cast<CouponId>(coupons_.size());
      coupons_.push_back(coupon);
    }
    return place;
  }

  /// kNone for a coupon that was never shown.
  CouponId find(const CouponText& coupon) const {
    return places_.empty() ? kNone : places_[place_of(coupon)];
  }

  /// Whether `known` is this coupon: cheaper than to find it. kNone is none.
  bool is(CouponId known, const CouponText& coupon) const {
    return known != kNone && coupons_[known] == coupon;
  }

  std::size_t size() const { return coupons_.size(); }
  std::string_view text(CouponId coupon) const { return coupons_[coupon].text; }

  std::size_t bytes() const {
    return places_.capacity() * sizeof(CouponId) + coupons_.capacity() * sizeof(CouponText);
  }

 private:
  static constexpr std::size_t kPlacesMin = 64;

  std::size_t place_of(const CouponText& coupon) const {
    // A power of two of places wants well-mixed low bits, which a foreign hash need not have.
    std::size_t place = (coupon.hash * 0x9e37'79b9'7f4a'7c15) >> 20;
    for (;; ++place) {
      place &= places_.size() - 1;
      const CouponId found = places_[place];
      if (found == kNone || coupons_[found] == coupon) return place;
    }
  }

  void grow() {
    places_.assign(places_.empty() ? kPlacesMin : places_.size() * 2, kNone);
    for (CouponId coupon = 0; coupon < coupons_.size(); ++coupon) {
      places_[place_of(coupons_[coupon])] = coupon;
    }
  }

  std::vector<CouponId> places_;  // kNone = free
  std::vector<CouponText> coupons_;
};

}  // namespace fairrush::analysis
