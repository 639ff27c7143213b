#include "analysis/run/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace fairrush::analysis {
namespace {

using Fields = std::vector<std::string>;

/// Splits RFC 4180 text into rows; line ends are CRLF or LF, a byte order mark is skipped.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text) : text_(text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text_.starts_with(kByteOrderMark)) place_ = kByteOrderMark.size();
  }

  bool done() const { return place_ == text_.size(); }

  /// The line on which the last row began, 1-based.
  std::uint64_t line() const { return row_line_; }

  /// The next row. Not to be called when done.
  std::expected<Fields, std::string> row() {
    row_line_ = line_;
    Fields fields;
    while (true) {
      auto field = take_field();
      if (!field) return std::unexpected(std::move(field.error()));
      fields.push_back(std::move(*field));
      if (take(',')) continue;
      const bool returned = take('\r');
      if (take('\n')) {
        ++line_;
      } else if (returned || !done()) {
        return std::unexpected(fmt::format("line {}: a stray {}, expected a comma or a line's end",
                                           line_, returned ? "carriage return" : "character"));
      }
      return fields;
    }
  }

 private:
  bool take(char expected) {
    if (done() || text_[place_] != expected) return false;
    ++place_;
    return true;
  }

  std::expected<std::string, std::string> take_field() {
    if (take('"')) return take_quoted();
    const std::size_t end = std::min(text_.find_first_of(",\r\n\"", place_), text_.size());
    std::string field(text_.substr(place_, end - place_));
    place_ = end;
    if (!done() && text_[place_] == '"') {
      return std::unexpected(
          fmt::format("line {}: a quote inside an unquoted field, expected it doubled in a quoted "
                      "one",
                      line_));
    }
    return field;
  }

  std::expected<std::string, std::string> take_quoted() {
    const std::uint64_t first_line = line_;
    std::string field;
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
};

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::expected<LedgerRow, std::string> ledger_row(Fields fields, const Fields& header) {
  if (fields.size() != header.size()) {
    return std::unexpected(
        fmt::format("{} fields, expected {} as in the header", fields.size(), header.size()));
  }
  const auto user = number_in(fields[0]);
  if (!user) {
    return std::unexpected(
        fmt::format("user '{}', expected a population index of 0 to 4294967295", fields[0]));
  }
  if (fields[1].empty()) return std::unexpected("an empty coupon, expected its text");
  LedgerRow row{UserIndex(*user), std::move(fields[1])};
  const auto column = std::ranges::find(header, "round") - header.begin();
  if (static_cast<std::size_t>(column) == header.size()) return row;
  const std::string& text = fields[static_cast<std::size_t>(column)];
  const auto round = number_in(text);
  if (!round) {
    return std::unexpected(fmt::format("round '{}', expected 0 to 4294967295", text));
  }
  row.round = *round;
  return row;
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
  CsvReader reader(text);
  if (reader.done()) return std::unexpected("line 1: empty, expected the header user,coupon");
  const auto header = reader.row();
  if (!header) return std::unexpected(header.error());
  if (header->size() < 2 || header->at(0) != "user" || header->at(1) != "coupon") {
    return std::unexpected(fmt::format("line 1: header begins with '{}', expected user,coupon",
                                       header->at(0).substr(0, 60)));
  }
  Ledger ledger;
  while (!reader.done()) {
    auto fields = reader.row();
    if (!fields) return std::unexpected(std::move(fields.error()));
    auto row = ledger_row(std::move(*fields), *header);
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
