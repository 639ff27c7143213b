#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <variant>
#include <vector>

#include "server/domain/coupon.hpp"
#include "server/ledger/record.hpp"
#include "server/redis/reply.hpp"

namespace fairrush::server {

/// A decision as the scripts of lua/ log it.
using LoggedFact = std::variant<ReservationGranted, CouponIssued, ClaimLost, CouponRedeemed>;

/// Reads the answer to XRANGE, in order. Coupons get their codes from `mint`, and have no place
/// in the outbox yet. The error says which entry cannot be read.
std::expected<std::vector<LoggedFact>, std::string> read_log(EventId event, const CouponMint& mint,
                                                             RedisValue entries);

}  // namespace fairrush::server
