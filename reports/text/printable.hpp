#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairrush::reports {

/// The text with everything replaced by U+FFFD that is not valid UTF-8, is a control character or
/// turns the direction of writing: what a target answered must not steer a terminal or a page.
/// Line ends and tabs become spaces.
std::string printable(std::string_view text);

/// Terminal columns of printable text, one a code point.
std::size_t columns_of(std::string_view text);

/// Fills up with spaces to `columns`; longer text is left alone.
std::string pad_right(std::string_view text, std::size_t columns);
std::string pad_left(std::string_view text, std::size_t columns);

/// How text is broken into lines.
struct Wrapping {
  std::size_t columns = 100;  ///< of a whole line, indent included
  std::string first_indent;
  std::string next_indent;
};

/// Breaks printable text at spaces, a line end after every line. A word longer than a line stays
/// whole.
std::string wrap(std::string_view text, const Wrapping& wrapping);

}  // namespace fairrush::reports
