#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace fairrush::analysis {

/// One delivery of an issued coupon as a consumer of the target's bus heard it. A bus that delivers
/// at least once repeats the id.
struct BusDelivery {
  std::string id;
  UserIndex user;
  std::string coupon;
  std::uint32_t round = 0;  ///< 0-based
};

/// What a consumer of the bus heard, in its order.
using BusLog = std::vector<BusDelivery>;

/// Reads "id,user,coupon[,round]" with a header line (RFC 4180). The user is the population index
/// in decimal, a round not said is the first. Errors name line, value and what is expected.
std::expected<BusLog, std::string> parse_bus_csv(std::string_view text);

/// The text that `parse_bus_csv` reads; without the column "round" when all deliveries are of the
/// first.
std::string format_bus_csv(const BusLog& bus);

}  // namespace fairrush::analysis
