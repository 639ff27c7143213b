#include "server/postgres/array.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace fairrush::server {
namespace {

bool is_plain(char c) {
  return c >= ' ' && c <= '~' && c != '%';
}

}  // namespace

void PostgresArray::separate() {
  if (text_.size() > 1) text_ += ',';
}

void PostgresArray::add(std::int64_t value) {
  separate();
  fmt::format_to(std::back_inserter(text_), FMT_STRING("{}"), value);
}

void PostgresArray::add(std::string_view text) {
  separate();
  text_ += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

void PostgresArray::add_null() {
  separate();
  text_ += "NULL";
}

std::string PostgresArray::take() {
  return std::exchange(text_, "{") + '}';
}

std::string postgres_bytes(ByteView bytes) {
  return "\\x" + to_hex(bytes);
}

Bytes parse_postgres_bytes(std::string_view text) {
  if (!text.starts_with("\\x")) return {};
  return from_hex(text.substr(2)).value_or(Bytes());
}

std::string to_printable(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (is_plain(c)) {
      text += c;
    } else {
      fmt::format_to(std::back_inserter(text), "%{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

std::string from_printable(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      bytes += text[at];
      continue;
    }
    const auto byte = from_hex(text.substr(at + 1, 2));
    if (byte && byte->size() == 1) bytes += static_cast<char>(byte->front());
    at += 2;
  }
  return bytes;
}

}  // namespace fairrush::server
