#include "base/draw/digest.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>

#include "base/assert.hpp"

namespace fairrush {
namespace {

/// One algorithm and one context for all its digests: OpenSSL takes longer to look an algorithm up
/// and to make a context than to hash a Merkle node. One thread.
template <std::size_t kBytes>
class Hasher {
 public:
  explicit Hasher(const char* name)
      : algorithm_(EVP_MD_fetch(nullptr, name, nullptr), &EVP_MD_free),
        context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    FAIRRUSH_ASSERT(algorithm_ != nullptr && context_ != nullptr);
  }

  std::array<std::uint8_t, kBytes> operator()(std::initializer_list<ByteView> parts) const {
    FAIRRUSH_ASSERT(EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) == 1);
    for (ByteView part : parts) {
      FAIRRUSH_ASSERT(EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1);
    }
    std::array<std::uint8_t, kBytes> digest;
    FAIRRUSH_ASSERT(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    return digest;
  }

 private:
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Digest sha256(std::initializer_list<ByteView> parts) {
  thread_local const Hasher<32> hasher("SHA256");
  return hasher(parts);
}

Md5Digest md5(std::initializer_list<ByteView> parts) {
  thread_local const Hasher<16> hasher("MD5");
  return hasher(parts);
}

Digest hmac_sha256(ByteView key, ByteView message) {
  static constexpr std::size_t kBlock = 64;
  std::array<std::uint8_t, kBlock> padded{};
  if (key.size() > kBlock) {
    std::ranges::copy(sha256({key}), padded.begin());
  } else {
    std::ranges::copy(key, padded.begin());
  }
  std::array<std::uint8_t, kBlock> inner_pad{};
  std::array<std::uint8_t, kBlock> outer_pad{};
  for (std::size_t byte = 0; byte < kBlock; ++byte) {
    inner_pad.at(byte) = padded.at(byte) ^ 0x36;
    outer_pad.at(byte) = padded.at(byte) ^ 0x5c;
  }
  const Digest inner = sha256({inner_pad, message});
  return sha256({outer_pad, inner});
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
