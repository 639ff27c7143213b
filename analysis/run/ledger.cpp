#include "analysis/run/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "analysis/run/ledger_columns.hpp"

namespace fairrush::analysis {
namespace {

using Fields = std::vector<std::string_view>;

/// Splits RFC 4180 text into rows; line ends are CRLF or LF.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {}

  bool done() const { return place_ == text_.size(); }

  /// The line on which the last row began, 1-based.
  std::uint64_t line() const { return row_line_; }

  /// Puts the next row into `fields`, views that are valid until the next call. Not to be called
  /// when done.
  std::expected<void, std::string> row(Fields& fields) {
    row_line_ = line_;
    fields.clear();
    unquoted_.clear();
    while (true) {
      const auto field = take_field();
      if (!field) return std::unexpected(field.error());
      fields.push_back(*field);
      if (!take(',')) return take_line_end();
    }
  }

 private:
  bool take(char expected) {
    if (done() || text_[place_] != expected) return false;
    ++place_;
    return true;
  }

  std::expected<void, std::string> take_line_end() {
    const bool returned = take('\r');
    if (take('\n')) {
      ++line_;
      return {};
    }
    if (done() && !returned) return {};
    return std::unexpected(fmt::format("line {}: a stray {}, expected a comma or a line's end",
                                       line_, returned ? "carriage return" : "character"));
  }

  std::expected<std::string_view, std::string> take_field() {
    if (take('"')) return take_quoted();
    const std::size_t start = place_;
    while (!done() && !ends_field(text_[place_])) ++place_;
    if (!done() && text_[place_] == '"') {
      return std::unexpected(
          fmt::format("line {}: a quote inside an unquoted field, expected it doubled in a quoted "
                      "one",
                      line_));
    }
    return text_.substr(start, place_ - start);
  }

  static bool ends_field(char c) { return c == ',' || c == '\n' || c == '\r' || c == '"'; }

  std::expected<std::string_view, std::string> take_quoted() {
    const std::uint64_t first_line = line_;
    std::string& field = unquoted_.emplace_back();
    while (!done()) {
      const char c = text_[place_++];
      if (c == '"' && !take('"')) return field;
      if (c == '\n') ++line_;
      field += c;
    }
    return std::unexpected(
        fmt::format("line {}: a quoted field without its closing quote", first_line));
  }

  std::string_view text_;
  std::size_t place_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t row_line_ = 1;
  std::deque<std::string> unquoted_;  // of the last row; a deque moves nothing when it grows
};

std::expected<LedgerRow, std::string> row_of(const Fields& fields, const LedgerColumns& columns) {
  if (fields.size() != columns.count) {
    return std::unexpected(
        fmt::format("{} fields, expected {} as in the header", fields.size(), columns.count));
  }
  LedgerFields values{.user = fields[columns.user], .coupon = fields[columns.coupon], .round = {}};
  if (columns.round) values.round = fields[*columns.round];
  return ledger_row(values);
}

std::string quoted_if_needed(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string quoted = "\"";
  for (char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::expected<Ledger, std::string> parse_ledger_csv(std::string_view text) {
  if (auto encoding = foreign_encoding(text)) return std::unexpected(std::move(*encoding));
  CsvReader reader(without_byte_order_mark(text));
  if (reader.done()) return std::unexpected("line 1: empty, expected the header user,coupon");
  Fields fields;
  if (const auto header = reader.row(fields); !header) return std::unexpected(header.error());
  const auto columns = ledger_columns(fields);
  if (!columns) return std::unexpected(fmt::format("line 1: {}", columns.error()));
  Ledger ledger;
  while (!reader.done()) {
    if (const auto next = reader.row(fields); !next) return std::unexpected(next.error());
    auto row = row_of(fields, *columns);
    if (!row) return std::unexpected(fmt::format("line {}: {}", reader.line(), row.error()));
    ledger.push_back(std::move(*row));
  }
  return ledger;
}

std::string format_ledger_csv(const Ledger& ledger) {
  const bool first_round_only =
      std::ranges::all_of(ledger, [](const LedgerRow& row) { return row.round == 0; });
  std::string text = first_round_only ? "user,coupon\n" : "user,coupon,round\n";
  for (const LedgerRow& row : ledger) {
    text += fmt::format("{},{}", row.user.value(), quoted_if_needed(row.coupon));
    text += first_round_only ? "\n" : fmt::format(",{}\n", row.round);
  }
  return text;
}

}  // namespace fairrush::analysis
