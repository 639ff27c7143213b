// The digests' own functions, which OpenSSL 3 keeps under its older interface: through the new one,
// looking up and resetting a context takes twice as long as hashing the few bytes of a Merkle node.
#define OPENSSL_API_COMPAT 0x10100000L

#include "base/draw/digest.hpp"

#include <openssl/md5.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush {
namespace {

constexpr std::size_t kBlock = SHA256_CBLOCK;

void update(SHA256_CTX& context, ByteView bytes) {
  FAIRRUSH_ASSERT(SHA256_Update(&context, bytes.data(), bytes.size()) == 1);
}

Digest finish(SHA256_CTX& context) {
  Digest digest;
  FAIRRUSH_ASSERT(SHA256_Final(digest.data(), &context) == 1);
  return digest;
}

}  // namespace

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Digest sha256(std::initializer_list<ByteView> parts) {
  SHA256_CTX context;
  FAIRRUSH_ASSERT(SHA256_Init(&context) == 1);
  for (const ByteView part : parts) update(context, part);
  return finish(context);
}

Md5Digest md5(std::initializer_list<ByteView> parts) {
  MD5_CTX context;
  FAIRRUSH_ASSERT(MD5_Init(&context) == 1);
  for (const ByteView part : parts) {
    FAIRRUSH_ASSERT(MD5_Update(&context, part.data(), part.size()) == 1);
  }
  Md5Digest digest;
  FAIRRUSH_ASSERT(MD5_Final(digest.data(), &context) == 1);
  return digest;
}

HmacSha256::HmacSha256(ByteView key) {
  std::array<std::uint8_t, kBlock> padded{};
  if (key.size() > kBlock) {
    std::ranges::copy(sha256({key}), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  const auto after = [&padded](std::uint8_t pad) {
    std::array<std::uint8_t, kBlock> block = padded;
    for (std::uint8_t& byte : block) byte ^= pad;
    SHA256_CTX context;
    FAIRRUSH_ASSERT(SHA256_Init(&context) == 1);
    update(context, block);
    State state;
    std::ranges::copy(context.h, state.begin());
    return state;
  };
  inner_ = after(0x36);
  outer_ = after(0x5c);
}

Digest HmacSha256::operator()(std::initializer_list<ByteView> parts) const {
  const auto resume = [](const State& state) {
    SHA256_CTX context{};
    std::ranges::copy(state, context.h);
    context.Nl = kBlock * 8;
    context.md_len = SHA256_DIGEST_LENGTH;
    return context;
  };
  SHA256_CTX inner = resume(inner_);
  for (const ByteView part : parts) update(inner, part);
  SHA256_CTX outer = resume(outer_);
  update(outer, finish(inner));
  return finish(outer);
}

Digest hkdf_sha256(ByteView salt, ByteView key_material, ByteView info) {
  const Digest extracted = HmacSha256(salt)({key_material});
  static constexpr std::array<std::uint8_t, 1> kFirstBlock{1};  // and the only one
  return HmacSha256(extracted)({info, kFirstBlock});
}

Bytes secret_bytes(std::size_t count) {
  Bytes bytes(count);
  FAIRRUSH_ASSERT(RAND_bytes(bytes.data(), static_cast<int>(count)) == 1);
  return bytes;
}

std::array<std::uint8_t, 8> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t place = 8; place-- > 0; value >>= 8) {
    bytes.at(place) = static_cast<std::uint8_t>(value & 0xff);
  }
  return bytes;
}

std::string to_hex(ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0xf]);
  }
  return text;
}

std::expected<Bytes, std::string> from_hex(std::string_view text) {
  const auto nibble = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  if (text.size() % 2 != 0) return std::unexpected("an odd number of hexadecimal digits");
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t place = 0; place < text.size(); place += 2) {
    const int high = nibble(text[place]);
    const int low = nibble(text[place + 1]);
    if (high < 0 || low < 0) return std::unexpected("a character that is no hexadecimal digit");
    bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return bytes;
}

}  // namespace fairrush
