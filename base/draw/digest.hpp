#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush {

/// A SHA-256 value.
using Digest = std::array<std::uint8_t, 32>;
using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// The bytes of a text, not copied; valid as long as the text.
ByteView bytes_of(std::string_view text);

/// SHA-256 of the concatenation of `parts`.
Digest sha256(std::initializer_list<ByteView> parts);

/// An MD5 value: for checking draws under RFC 3797, which prescribes it, and for nothing else.
using Md5Digest = std::array<std::uint8_t, 16>;

/// MD5 of the concatenation of `parts`.
Md5Digest md5(std::initializer_list<ByteView> parts);

/// HMAC-SHA256 (RFC 2104) under a key, which is hashed once for all messages. Immutable; any
/// thread.
class HmacSha256 {
 public:
  explicit HmacSha256(ByteView key);

  /// Of the concatenation of `parts`.
  Digest operator()(std::initializer_list<ByteView> parts) const;

 private:
  using State = std::array<std::uint32_t, 8>;  ///< of SHA-256 after one block

  State inner_;
  State outer_;
};

/// HKDF-SHA256 (RFC 5869) with an output of 32 bytes.
Digest hkdf_sha256(ByteView salt, ByteView key_material, ByteView info);

/// `count` bytes from the operating system's generator, fit for secrets.
Bytes secret_bytes(std::size_t count);

/// Eight bytes, most significant first.
std::array<std::uint8_t, 8> big_endian(std::uint64_t value);

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(ByteView bytes);

/// The bytes of a hexadecimal text of even length, either case; an error says what is wrong.
std::expected<Bytes, std::string> from_hex(std::string_view text);

}  // namespace fairrush
