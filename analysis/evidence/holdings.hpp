#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "analysis/evidence/coupon_table.hpp"

namespace fairrush::analysis {

/// Position of a user in the arrays of a `RunIndex`.
using Slot = std::uint32_t;

/// A few (user, coupon) pairs: what only a broken target gives, or an unanswered claim.
class Pairs {
 public:
  /// Whether the pair is new.
  bool insert(Slot slot, CouponId coupon) { return pairs_.insert(pair_of(slot, coupon)).second; }
  bool contains(Slot slot, CouponId coupon) const {
    return !pairs_.empty() && pairs_.contains(pair_of(slot, coupon));
  }

  /// Calls `visit(slot, coupon)` for every pair, by user.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::uint64_t pair : pairs_) visit(slot_of(pair), static_cast<CouponId>(pair));
  }
  /// Calls `visit(coupon)` for every coupon of one user.
  template <class Visit>
  void for_each_of(Slot slot, Visit visit) const {
    if (pairs_.empty()) return;
    for (auto pair = pairs_.lower_bound(pair_of(slot, 0));
         pair != pairs_.end() && slot_of(*pair) == slot; ++pair) {
      visit(static_cast<CouponId>(*pair));
    }
  }

 private:
  static std::uint64_t pair_of(Slot slot, CouponId coupon) {
    return std::uint64_t{slot} << 32 | coupon;
  }
  static Slot slot_of(std::uint64_t pair) { return static_cast<Slot>(pair >> 32); }

  std::set<std::uint64_t> pairs_;
};

/// Which coupons each user holds by one source. An array for the first coupon of a user, a set for
/// further ones.
class Holdings {
 public:
  void resize(std::size_t slots) { first_.resize(slots, kNone); }

  /// Whether the pair is new.
  bool add(Slot slot, CouponId coupon) {
    if (first_[slot] == coupon) return false;
    if (first_[slot] == kNone) {
      first_[slot] = coupon;
    } else if (!further_.insert(slot, coupon)) {
      return false;
    }
    ++pairs_;
    return true;
  }

  bool holds_any(Slot slot) const { return first_[slot] != kNone; }
  bool contains(Slot slot, CouponId coupon) const {
    return first_[slot] == coupon || further_.contains(slot, coupon);
  }
  /// kNone for a user without any.
  CouponId first(Slot slot) const { return first_[slot]; }
  const Pairs& further() const { return further_; }

  /// Distinct (user, coupon) pairs.
  std::uint64_t pairs() const { return pairs_; }

  /// Calls `visit(coupon)` for every coupon of one user.
  template <class Visit>
  void for_each_of(Slot slot, Visit visit) const {
    if (first_[slot] != kNone) visit(first_[slot]);
    further_.for_each_of(slot, visit);
  }

  /// Calls `visit(slot, coupon)` for every pair.
  template <class Visit>
  void for_each(Visit visit) const {
    for (Slot slot = 0; slot < first_.size(); ++slot) {
      if (first_[slot] != kNone) visit(slot, first_[slot]);
    }
    further_.for_each(visit);
  }

  std::size_t bytes() const { return first_.capacity() * sizeof(CouponId); }

 private:
  std::vector<CouponId> first_;
  Pairs further_;
  std::uint64_t pairs_ = 0;
};

}  // namespace fairrush::analysis
