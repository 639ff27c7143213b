#include "analysis/run/csv.hpp"

#include <fmt/format.h>

namespace fairrush::analysis {
namespace {

bool ends_field(char c) {
  return c == ',' || c == '\n' || c == '\r' || c == '"';
}

}  // namespace

std::expected<void, std::string> CsvReader::row(CsvFields& fields) {
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

bool CsvReader::take(char expected) {
  if (done() || text_[place_] != expected) return false;
  ++place_;
  return true;
}

std::expected<void, std::string> CsvReader::take_line_end() {
  const bool returned = take('\r');
  if (take('\n')) {
    ++line_;
    return {};
  }
  if (done() && !returned) return {};
  return std::unexpected(fmt::format("line {}: a stray {}, expected a comma or a line's end", line_,
                                     returned ? "carriage return" : "character"));
}

std::expected<std::string_view, std::string> CsvReader::take_field() {
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

std::expected<std::string_view, std::string> CsvReader::take_quoted() {
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

std::string csv_field(std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(field);
  std::string quoted = "\"";
  for (char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace fairrush::analysis
