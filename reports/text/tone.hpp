#pragma once

#include <cstdint>
#include <string_view>

namespace fairrush::reports {

/// How a statement is to be taken; shown by mark and word, colour only adds to them.
enum class Tone : std::uint8_t { good, bad, open, neutral };

/// "✔", "✘", "?", "–".
std::string_view mark_of(Tone tone);

}  // namespace fairrush::reports
