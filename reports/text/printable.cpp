#include "reports/text/printable.hpp"

#include <cstdint>
#include <optional>

namespace fairrush::reports {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

/// Length of a sequence by its first byte and the smallest code point that needs it.
struct Lead {
  std::size_t bytes;
  std::uint32_t bits;
  std::uint32_t smallest;
};

std::optional<Lead> lead_of(std::uint8_t byte) {
  if (byte < 0x80) return Lead{1, byte, 0};
  if ((byte & 0xE0) == 0xC0) return Lead{2, byte & 0x1Fu, 0x80};
  if ((byte & 0xF0) == 0xE0) return Lead{3, byte & 0x0Fu, 0x800};
  if ((byte & 0xF8) == 0xF0) return Lead{4, byte & 0x07u, 0x10000};
  return std::nullopt;
}

std::optional<CodePoint> decode(std::string_view text) {
  const auto lead = lead_of(static_cast<std::uint8_t>(text.front()));
  if (!lead || lead->bytes > text.size()) return std::nullopt;
  std::uint32_t value = lead->bits;
  for (std::size_t i = 1; i < lead->bytes; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return std::nullopt;
    value = (value << 6) | (byte & 0x3Fu);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < lead->smallest || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, lead->bytes};
}

bool is_harmful(std::uint32_t value) {
  const bool control = value < 0x20 || (value >= 0x7F && value < 0xA0);
  const bool turns_direction =
      (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
  const bool breaks_line = value == 0x2028 || value == 0x2029;
  const bool not_a_character = (value & 0xFFFE) == 0xFFFE;
  return control || turns_direction || breaks_line || not_a_character;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode(text);
    const std::size_t bytes = point ? point->bytes : 1;
    if (text.front() == '\n' || text.front() == '\t' || text.front() == '\r') {
      result += ' ';
    } else if (!point || is_harmful(point->value)) {
      result += kReplacement;
    } else {
      result += text.substr(0, bytes);
    }
    text.remove_prefix(bytes);
  }
  return result;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<std::uint8_t>(c) & 0xC0) != 0x80 ? 1 : 0;
  return columns;
}

std::string pad_right(std::string_view text, std::size_t columns) {
  std::string result(text);
  const std::size_t used = columns_of(text);
  if (used < columns) result.append(columns - used, ' ');
  return result;
}

std::string pad_left(std::string_view text, std::size_t columns) {
  const std::size_t used = columns_of(text);
  std::string result(used < columns ? columns - used : 0, ' ');
  result += text;
  return result;
}

std::string wrap(std::string_view text, const Wrapping& wrapping) {
  std::string result;
  std::string line = wrapping.first_indent;
  bool line_has_words = false;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (word.empty()) continue;
    if (line_has_words && columns_of(line) + 1 + columns_of(word) > wrapping.columns) {
      result += line + '\n';
      line = wrapping.next_indent;
      line_has_words = false;
    }
    if (line_has_words) line += ' ';
    line += word;
    line_has_words = true;
  }
  return result + line + '\n';
}

}  // namespace fairrush::reports
