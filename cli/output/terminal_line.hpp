#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace fairrush::cli {

/// The width of the terminal that standard error goes to; 80 where it does not tell.
std::size_t terminal_columns();

/// How many columns `text` takes, each of its characters being one wide.
std::size_t columns_of(std::string_view text);

/// The terminal's last line, drawn again in place on standard error: in one write and without
/// clearing first, so that nothing flickers, and never wider than the terminal is at the time. One
/// thread.
class TerminalLine {
 public:
  explicit TerminalLine(std::function<std::size_t()> columns = terminal_columns)
      : columns_(std::move(columns)) {}

  /// What fits into it now.
  std::size_t columns() const { return columns_(); }

  /// `text` is one line; what does not fit is cut off.
  void draw(std::string_view text);

  /// Takes it away, so that others can print; nothing when it is not there.
  void erase();

 private:
  std::string to_its_start() const;

  std::function<std::size_t()> columns_;
  std::string drawn_;
  std::size_t drawn_at_ = 0;  // the terminal's width then
};

}  // namespace fairrush::cli
