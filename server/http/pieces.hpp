#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace fairrush::server {

/// Appends text in pieces, on the way of every request: reading a format string costs more than
/// all of them.
inline void append(std::string& out, std::initializer_list<std::string_view> pieces) {
  for (const std::string_view piece : pieces) out += piece;
}

/// A number as a piece, for as long as its expression lasts.
inline std::string_view digits(const fmt::format_int& number) {
  return {number.data(), number.size()};
}

}  // namespace fairrush::server
