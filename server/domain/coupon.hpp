#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
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

/// Reads a code as a client sent it; unset when it cannot be one.
std::optional<CouponCode> parse_coupon_code(std::string_view text);

/// The serial number that a code states; unset when it states none. Only `CouponMint` tells whether
/// the code is one of an event's.
std::optional<CouponSerial> serial_of(const CouponCode& code);

/// Turns serial numbers into codes: unique because the serial is part of the code, unguessable
/// because the rest is HMAC-SHA256 under the event's key. Pure; any thread.
class CouponMint {
 public:
  explicit CouponMint(ByteView key) : keyed_(key) {}

  CouponCode code(CouponSerial serial) const;

 private:
  HmacSha256 keyed_;
};

}  // namespace fairrush::server

template <>
struct std::hash<fairrush::server::CouponCode> {
  /// The checksum's last characters: as good as random.
  std::size_t operator()(const fairrush::server::CouponCode& code) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, code.text.data() + code.text.size() - sizeof hash, sizeof hash);
    return hash;
  }
};
