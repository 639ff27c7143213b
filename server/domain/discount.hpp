#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "server/domain/amount.hpp"

namespace fairrush::server {

/// What a coupon takes off an order.
struct Discount {
  enum class Kind : std::uint8_t {
    percent,  ///< of the order's amount: 1 … 100
    fixed,    ///< a sum in the currency's smallest unit: 1 … kAmountMax
  };
  Kind kind = Kind::percent;
  std::int64_t value = 10;

  bool operator==(const Discount&) const = default;
};

/// "percent" or "fixed".
std::string_view name_of(Discount::Kind kind);

/// The kind of that name and a value within its range; the error says what is accepted.
std::expected<Discount, std::string> make_discount(std::string_view kind, std::int64_t value);

/// What the discount takes off an order of `amount`: rounded down, never more than the order.
Amount taken_off(const Discount& discount, Amount amount);

}  // namespace fairrush::server
