#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fairrush::server {

/// Crockford's base 32, as codes are written in: no letter that is taken for another.
inline constexpr std::string_view kBase32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Writes the low 5 · (end − begin) bits of `value`, most significant character first.
inline void write_base32(std::uint64_t value, char* begin, char* end) {
  while (end != begin) {
    *--end = kBase32[value & 31];
    value >>= 5;
  }
}

/// The number that at most twelve characters stand for; unset when one of them is not of ours.
inline std::optional<std::uint64_t> read_base32(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    const std::size_t digit = kBase32.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 5 | digit;
  }
  return value;
}

}  // namespace fairrush::server
