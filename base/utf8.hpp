#pragma once

#include <string_view>

namespace fairrush {

/// Whether `text` is well-formed UTF-8 (RFC 3629): no overlong form, no surrogate, nothing beyond
/// U+10FFFF. The empty text is. Any thread.
bool is_utf8(std::string_view text);

}  // namespace fairrush
