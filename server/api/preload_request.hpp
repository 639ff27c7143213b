#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "server/domain/coupon_group.hpp"

namespace fairrush::server {

/// Reads the body of POST /events/{e}/preload: {"groups":[{"name","type","discount","allocation"},
/// …]} with the type "percent" or "fixed" and the allocation a percentage of at most two decimals,
/// such as "33.33%"; all of them make 100 %. The error names the group, the member, its value and
/// what is accepted.
std::expected<CouponGroups, std::string> parse_preload_request(std::string_view body);

}  // namespace fairrush::server
