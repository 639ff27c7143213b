#pragma once

#include <string>
#include <string_view>

namespace fairrush::reports {

/// One field of a CSV row after RFC 4180: in quotes where it holds a comma, a quote or a line end.
inline std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace fairrush::reports
