#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "analysis/history/record.hpp"

namespace fairrush::analysis {

/// Position of a user in the arrays of a `RunIndex`.
using Slot = std::uint32_t;
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

/// Numbers the coupons it is shown. The texts must outlive it.
class CouponTable {
 public:
  CouponId intern(CouponText coupon) {
    const auto [place, added] = ids_.try_emplace(coupon, static_cast<CouponId>(texts_.size()));
    if (added) texts_.push_back(coupon.text);
    return place->second;
  }

  std::size_t size() const { return texts_.size(); }
  std::string_view text(CouponId coupon) const { return texts_[coupon]; }

 private:
  struct ByHash {
    std::size_t operator()(const CouponText& coupon) const noexcept { return coupon.hash; }
  };
  std::unordered_map<CouponText, CouponId, ByHash> ids_;
  std::vector<std::string_view> texts_;
};

/// Which coupons each user holds by one source. An array for the first coupon of a user, a hash set
/// for further ones, which only a broken target gives.
class Holdings {
 public:
  void resize(std::size_t slots) { first_.resize(slots, kNone); }

  /// Whether the pair is new.
  bool add(Slot slot, CouponId coupon) {
    if (first_[slot] == coupon) return false;
    if (first_[slot] == kNone) {
      first_[slot] = coupon;
    } else if (!further_.insert(pair_of(slot, coupon)).second) {
      return false;
    }
    ++pairs_;
    return true;
  }

  bool holds_any(Slot slot) const { return first_[slot] != kNone; }
  bool contains(Slot slot, CouponId coupon) const {
    return first_[slot] == coupon || further_.contains(pair_of(slot, coupon));
  }

  /// Distinct (user, coupon) pairs.
  std::uint64_t pairs() const { return pairs_; }

  /// Users with more than one coupon, each once.
  std::unordered_set<Slot> holders_of_several() const {
    std::unordered_set<Slot> slots;
    for (std::uint64_t pair : further_) slots.insert(static_cast<Slot>(pair >> 32));
    return slots;
  }

  /// Calls `visit(slot, coupon)` for every pair.
  template <class Visit>
  void for_each(Visit visit) const {
    for (Slot slot = 0; slot < first_.size(); ++slot) {
      if (first_[slot] != kNone) visit(slot, first_[slot]);
    }
    for (std::uint64_t pair : further_) {
      visit(static_cast<Slot>(pair >> 32), static_cast<CouponId>(pair));
    }
  }

 private:
  static std::uint64_t pair_of(Slot slot, CouponId coupon) {
    return std::uint64_t{slot} << 32 | coupon;
  }

  std::vector<CouponId> first_;
  std::unordered_set<std::uint64_t> further_;
  std::uint64_t pairs_ = 0;
};

}  // namespace fairrush::analysis
