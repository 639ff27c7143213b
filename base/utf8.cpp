#include "base/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace fairrush {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t place) {
  return static_cast<std::uint8_t>(text[place]);
}

/// Length of the sequence that begins with `lead`, and which second bytes it allows; RFC 3629 §4.
struct Sequence {
  std::size_t length = 0;  ///< 0: no lead byte
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};

Sequence sequence_of(std::uint8_t lead) {
  if (lead < 0x80) return {.length = 1};
  if (lead < 0xc2) return {};
  if (lead < 0xe0) return {.length = 2};
  if (lead == 0xe0) return {.length = 3, .second_min = 0xa0};
  if (lead == 0xed) return {.length = 3, .second_max = 0x9f};
  if (lead < 0xf0) return {.length = 3};
  if (lead == 0xf0) return {.length = 4, .second_min = 0x90};
  if (lead < 0xf4) return {.length = 4};
  if (lead == 0xf4) return {.length = 4, .second_max = 0x8f};
  return {};
}

/// How many of the first bytes are ASCII, looking at eight at a time.
std::size_t ascii_prefix(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  std::size_t place = 0;
  for (; place + sizeof(std::uint64_t) <= text.size(); place += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + place, sizeof word);
    if ((word & kHighBits) != 0) break;
  }
  return place;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t place = ascii_prefix(text);
  while (place < text.size()) {
    const Sequence sequence = sequence_of(byte_at(text, place));
    if (sequence.length == 0 || sequence.length > text.size() - place) return false;
    for (std::size_t next = 1; next < sequence.length; ++next) {
      const std::uint8_t byte = byte_at(text, place + next);
      const bool is_second = next == 1;
      if (byte < (is_second ? sequence.second_min : 0x80) ||
          byte > (is_second ? sequence.second_max : 0xbf)) {
        return false;
      }
    }
    place += sequence.length;
  }
  return true;
}

}  // namespace fairrush
