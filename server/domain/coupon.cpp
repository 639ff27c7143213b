#include "server/domain/coupon.hpp"

#include <algorithm>
#include <limits>

#include "server/domain/base32.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kSerialLength = 7;  // 35 bits hold any serial
constexpr std::size_t kDash = kSerialLength;

}  // namespace

std::optional<CouponCode> parse_coupon_code(std::string_view text) {
  CouponCode code;
  if (text.size() != code.text.size()) return std::nullopt;
  std::ranges::copy(text, code.text.begin());
  return code;
}

std::optional<CouponSerial> serial_of(const CouponCode& code) {
  const auto serial = read_base32(code.view().substr(0, kSerialLength));
  if (!serial || *serial > std::numeric_limits<CouponSerial>::max()) return std::nullopt;
  return static_cast<CouponSerial>(*serial);
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
