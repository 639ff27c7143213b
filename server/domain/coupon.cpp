#include "server/domain/coupon.hpp"

#include <algorithm>
#include <limits>

namespace fairrush::server {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kSerialLength = 7;  // 35 bits hold any serial
constexpr std::size_t kDash = kSerialLength;

/// Writes the low 5 · (end − begin) bits of `value`, most significant character first.
void write_base32(std::uint64_t value, char* begin, char* end) {
  while (end != begin) {
    *--end = kAlphabet[value & 31];
    value >>= 5;
  }
}

}  // namespace

std::optional<CouponCode> parse_coupon_code(std::string_view text) {
  CouponCode code;
  if (text.size() != code.text.size()) return std::nullopt;
  std::ranges::copy(text, code.text.begin());
  return code;
}

std::optional<CouponSerial> serial_of(const CouponCode& code) {
  std::uint64_t serial = 0;
  for (const char c : code.view().substr(0, kSerialLength)) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    serial = serial << 5 | digit;
  }
  if (serial > std::numeric_limits<CouponSerial>::max()) return std::nullopt;
  return static_cast<CouponSerial>(serial);
}

CouponCode CouponMint::code(CouponSerial serial) const {
  const Digest mac = keyed_({big_endian(serial)});
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  for (std::size_t byte = 0; byte < 5; ++byte) {
    high = high << 8 | mac.at(byte);
    low = low << 8 | mac.at(byte + 5);
  }
  CouponCode code;
  char* const text = code.text.data();
  write_base32(serial, text, text + kSerialLength);
  text[kDash] = '-';
  write_base32(high, text + kDash + 1, text + kDash + 9);
  write_base32(low, text + kDash + 9, text + code.text.size());
  return code;
}

}  // namespace fairrush::server
