#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairrush::loadgen {

/// What a value must not break out of.
enum class Escape : std::uint8_t {
  none,
  url,     ///< percent-encoded (RFC 3986), for paths, queries and forms
  header,  ///< what a header value cannot hold becomes '-'
  json,    ///< the inside of a JSON string (RFC 8259)
};

/// Appends `value` to `out`. Any thread; allocates only when `out` has to grow.
void append_escaped(std::string& out, std::string_view value, Escape escape);

}  // namespace fairrush::loadgen
