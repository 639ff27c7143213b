#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/draw/digest.hpp"

namespace fairrush::server {

/// Number of a coupon within its event, 1-based.
using CouponSerial = std::uint32_t;

/// A coupon's text: seven characters of serial number, a dash, sixteen characters of keyed checksum
/// (80 bits), in Crockford's base 32.
struct CouponCode {
  std::array<char, 24> text{};
  std::string_view view() const { return {text.data(), text.size()}; }
  bool operator==(const CouponCode&) const = default;
};

/// Turns serial numbers into codes: unique because the serial is part of the code, unguessable
/// because the rest is HMAC-SHA256 under the event's key. Pure; any thread.
class CouponMint {
 public:
  explicit CouponMint(Bytes key) : key_(std::move(key)) {}

  CouponCode code(CouponSerial serial) const;

 private:
  Bytes key_;
};

/// What a coupon takes off a price, in percent.
inline constexpr unsigned kDiscountPercent = 10;

}  // namespace fairrush::server
