#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "server/domain/discount.hpp"

namespace fairrush::server {

/// A part of all coupons, in hundredths of a percent.
using Allocation = StrongId<struct AllocationTag, std::uint32_t>;

inline constexpr Allocation kWhole{10'000};
inline constexpr std::size_t kCouponGroupsMax = 100;

/// Coupons of one discount among those of an event.
struct CouponGroup {
  std::string name;  ///< is_event_name
  Discount discount;
  Allocation allocation;

  bool operator==(const CouponGroup&) const = default;
};

using CouponGroups = std::vector<CouponGroup>;

/// Whether the groups are 1 … kCouponGroupsMax, bear different names and make up the whole; the
/// error says what does not hold.
std::expected<void, std::string> check_groups(std::span<const CouponGroup> groups);

/// How many of `coupons` each group gets: what its part comes to, rounded so that no coupon is lost
/// and none is made up (largest remainder, Hamilton's method; of equal remainders the earlier group
/// gets the coupon). The groups make up the whole. O(groups · log groups).
std::vector<std::uint32_t> allocate(std::span<const CouponGroup> groups, std::uint32_t coupons);

}  // namespace fairrush::server
