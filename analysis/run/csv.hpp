#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::analysis {

/// The fields of one row.
using CsvFields = std::vector<std::string_view>;

/// Splits RFC 4180 text into rows; line ends are CRLF or LF. The text must outlive it.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool done() const { return place_ == text_.size(); }

  /// The line on which the last row began, 1-based.
  std::uint64_t line() const { return row_line_; }

  /// Puts the next row into `fields`, views that are valid until the next call. Not to be called
  /// when done. The error names the line.
  std::expected<void, std::string> row(CsvFields& fields);

 private:
  bool take(char expected);
  std::expected<void, std::string> take_line_end();
  std::expected<std::string_view, std::string> take_field();
  std::expected<std::string_view, std::string> take_quoted();

  std::string_view text_;
  std::size_t place_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::deque<std::string> unquoted_;  // of the last row; a deque moves nothing when it grows
};

/// A field as RFC 4180 writes it: quoted where it must be.
std::string csv_field(std::string_view field);

}  // namespace fairrush::analysis
