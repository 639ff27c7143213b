#include "base/draw/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "base/assert.hpp"

namespace fairrush {

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Digest sha256(std::initializer_list<ByteView> parts) {
  // One context per thread: creating one costs more than hashing a Merkle node.
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
      EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  FAIRRUSH_ASSERT(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  for (ByteView part : parts) {
    FAIRRUSH_ASSERT(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
  }
  Digest digest;
  FAIRRUSH_ASSERT(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
  return digest;
}

Digest hmac_sha256(ByteView key, ByteView message) {
  Digest digest;
  unsigned length = 0;
  static constexpr std::uint8_t kNoKey = 0;  // OpenSSL takes a null key for "reuse the last one"
  const std::uint8_t* key_data = key.empty() ? &kNoKey : key.data();
  FAIRRUSH_ASSERT(HMAC(EVP_sha256(), key_data, static_cast<int>(key.size()), message.data(),
                       message.size(), digest.data(), &length) != nullptr);
  FAIRRUSH_ASSERT(length == digest.size());
  return digest;
}

Digest hkdf_sha256(ByteView salt, ByteView key_material, ByteView info) {
  const Digest extracted = hmac_sha256(salt, key_material);
  Bytes message(info.begin(), info.end());
  message.push_back(1);  // the first and only output block
  return hmac_sha256(extracted, message);
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
