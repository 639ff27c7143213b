#include "cli/output/terminal_line.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "cli/output/streams.hpp"

namespace fairrush::cli {
namespace {

constexpr std::size_t kColumnsUnknown = 80;

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (begins_character(text[end]) && seen++ == columns) break;
  }
  return text.substr(0, end);
}

}  // namespace

std::size_t terminal_columns() {
  winsize size{};
  const bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return told ? size.ws_col : kColumnsUnknown;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

void TerminalLine::draw(std::string_view text) {
  const std::size_t columns = columns_();
  const std::string_view fitting = first_columns(text, columns);
  if (fitting == drawn_ && columns == drawn_at_) return;
  // What is left of a longer line goes after the new one is there. Without wrapping, a terminal
  // that becomes narrower in this very moment does not scroll.
  tell(fmt::format("{}\033[?7l{}\033[K\033[?7h", to_its_start(), fitting));
  drawn_ = fitting;
  drawn_at_ = columns;
}

void TerminalLine::erase() {
  if (drawn_at_ == 0) return;
  tell(to_its_start() + "\033[K");
  drawn_.clear();
  drawn_at_ = 0;
}

/// Where the line begins. A terminal that has become narrower shows it on several rows.
std::string TerminalLine::to_its_start() const {
  const std::size_t columns = std::max<std::size_t>(1, columns_());
  if (columns >= drawn_at_) return "\r";
  const std::size_t width = columns_of(drawn_);
  const std::size_t rows_above = width == 0 ? 0 : (width - 1) / columns;
  if (rows_above == 0) return "\r";
  return fmt::format("\r\033[{}A\033[J", rows_above);
}

}  // namespace fairrush::cli
