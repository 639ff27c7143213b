#include "server/domain/claim_request.hpp"

#include <algorithm>
#include <limits>

#include "base/assert.hpp"
#include "server/domain/base32.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kField = 7;  // 35 bits
constexpr std::size_t kDash = 2 * kField;
constexpr std::size_t kHalf = 10;  // characters of 50 bits
constexpr std::uint64_t kPlaceMax = (std::uint64_t{1} << 35) - 1;
static_assert(kDash + 1 + 2 * kHalf == std::tuple_size_v<decltype(RequestId::text)>);

// Codes of coupons are made under the same key, from other bytes.
constexpr std::string_view kPurpose = "claim-request";

std::uint64_t high_50_bits(const Digest& mac, std::size_t from) {
  std::uint64_t bits = 0;
  for (std::size_t byte = from; byte < from + 8; ++byte) bits = bits << 8 | mac.at(byte);
  return bits >> 14;
}

}  // namespace

std::optional<RequestId> parse_request_id(std::string_view text) {
  RequestId id;
  if (text.size() != id.text.size()) return std::nullopt;
  std::ranges::copy(text, id.text.begin());
  return id;
}

std::optional<RequestPlace> place_of(const RequestId& id) {
  const auto place = read_base32(id.view().substr(0, kField));
  const auto number = read_base32(id.view().substr(kField, kField));
  if (!place || !number || *number > std::numeric_limits<std::uint32_t>::max()) {
    return std::nullopt;
  }
  return RequestPlace{*place, static_cast<std::uint32_t>(*number)};
}

RequestId RequestMint::id(const RequestPlace& of) const {
  FAIRRUSH_ASSERT(of.place <= kPlaceMax);
  const Digest mac = keyed_({bytes_of(kPurpose), big_endian(of.place), big_endian(of.number)});
  RequestId id;
  char* const text = id.text.data();
  write_base32(of.place, text, text + kField);
  write_base32(of.number, text + kField, text + kDash);
  text[kDash] = '-';
  write_base32(high_50_bits(mac, 0), text + kDash + 1, text + kDash + 1 + kHalf);
  write_base32(high_50_bits(mac, 8), text + kDash + 1 + kHalf, text + id.text.size());
  return id;
}

bool RequestMint::is_of(const RequestId& id, const RequestPlace& of) const {
  const RequestId right = this->id(of);
  unsigned difference = 0;
  for (std::size_t index = 0; index < id.text.size(); ++index) {
    difference |= static_cast<unsigned char>(id.text.at(index) ^ right.text.at(index));
  }
  return difference == 0;
}

}  // namespace fairrush::server
