#include "server/domain/coupon_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::server {

std::expected<void, std::string> check_groups(std::span<const CouponGroup> groups) {
  if (groups.empty() || groups.size() > kCouponGroupsMax) {
    return std::unexpected(
        fmt::format("{} groups: expected 1 to {}", groups.size(), kCouponGroupsMax));
  }
  std::uint64_t sum = 0;
  std::set<std::string_view> names;
  for (const CouponGroup& group : groups) {
    if (!names.insert(group.name).second) {
      return std::unexpected(fmt::format("two groups are called '{}'", group.name));
    }
    sum += group.allocation.value();
  }
  if (sum == kWhole.value()) return {};
  return std::unexpected(
      fmt::format("the allocations make {}.{:02} %: expected 100 % in all", sum / 100, sum % 100));
}

std::vector<std::uint32_t> allocate(std::span<const CouponGroup> groups, std::uint32_t coupons) {
  std::vector<std::uint32_t> counts;
  std::vector<std::uint64_t> remainders;
  std::uint64_t given = 0;
  for (const CouponGroup& group : groups) {
    const std::uint64_t parts = std::uint64_t{coupons} * group.allocation.value();
    counts.push_back(static_cast<std::uint32_t>(parts / kWhole.value()));
    remainders.push_back(parts % kWhole.value());
    given += counts.back();
  }
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t one, std::size_t other) {
    return std::pair(remainders[other], one) < std::pair(remainders[one], other);
  });
  const std::uint64_t left = coupons - given;
  FAIRRUSH_ASSERT(left < std::max<std::size_t>(groups.size(), 1));
  for (std::size_t at = 0; at < left; ++at) ++counts[order[at]];
  return counts;
}

}  // namespace fairrush::server
