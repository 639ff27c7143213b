#include "loadgen/dialect/feeder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/run/csv.hpp"
#include "analysis/run/ledger_columns.hpp"
#include "base/utf8.hpp"
#include "loadgen/text_file.hpp"

namespace fairrush::loadgen {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::unexpected<std::string> wrong(std::string_view file, std::uint64_t line,
                                   std::string_view what) {
  return std::unexpected(fmt::format("{}:{}: {}", file, line, what));
}

std::unexpected<std::string> too_few(std::string_view file, std::uint64_t rows,
                                     std::uint32_t users) {
  return std::unexpected(
      fmt::format("{} has {} rows, expected one for each of the {} users (population.users)", file,
                  rows, users));
}

}  // namespace

std::expected<void, std::string> Feeder::add(std::string_view value) {
  if (std::ranges::any_of(value, is_control)) {
    return std::unexpected(fmt::format("'{}' holds a control character, expected plain text",
                                       analysis::excerpt(value)));
  }
  text_ += value;
  ends_.push_back(text_.size());
  return {};
}

std::expected<Feeder, std::string> Feeder::parse(std::string_view text, std::string_view name,
                                                 std::uint32_t users) {
  if (auto encoding = analysis::foreign_encoding(text)) {
    return std::unexpected(fmt::format("{}: {}", name, *encoding));
  }
  if (!is_utf8(text)) return std::unexpected(fmt::format("{}: expected UTF-8", name));
  analysis::CsvReader reader(analysis::without_byte_order_mark(text));
  if (reader.done()) return wrong(name, 1, "empty, expected a header with the columns' names");
  analysis::CsvFields fields;
  const auto row_failure = [name](const std::string& error) {
    return std::unexpected(fmt::format("{}: {}", name, error));
  };
  if (const auto header = reader.row(fields); !header) return row_failure(header.error());
  Feeder feeder;
  for (const std::string_view column : fields) {
    if (std::ranges::count(feeder.columns_, column) != 0) {
      return wrong(name, 1, fmt::format("column '{}' stands twice, expected it once", column));
    }
    feeder.columns_.emplace_back(column);
  }
  while (!reader.done() && feeder.rows() < users) {
    if (const auto next = reader.row(fields); !next) return row_failure(next.error());
    if (fields.size() != feeder.columns_.size()) {
      return wrong(name, reader.line(),
                   fmt::format("{} fields, expected {} as in the header", fields.size(),
                               feeder.columns_.size()));
    }
    for (const std::string_view field : fields) {
      if (const auto added = feeder.add(field); !added) {
        return wrong(name, reader.line(), added.error());
      }
    }
  }
  if (feeder.rows() < users) return too_few(name, feeder.rows(), users);
  return feeder;
}

std::expected<Feeder, std::string> Feeder::read(const std::filesystem::path& file,
                                                std::uint32_t users) {
  const auto text = read_text_file(file);
  if (!text) return std::unexpected(fmt::format("{}: {}", file.string(), text.error()));
  return parse(*text, file.string(), users);
}

std::expected<Feeder, std::string> Feeder::read_lines(const std::filesystem::path& file,
                                                      std::string_view column,
                                                      std::uint32_t users) {
  const auto text = read_text_file(file);
  if (!text) return std::unexpected(fmt::format("{}: {}", file.string(), text.error()));
  Feeder feeder;
  feeder.columns_.emplace_back(column);
  std::string_view rest = *text;
  for (std::uint64_t number = 1; !rest.empty() && feeder.rows() < users; ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    // Not the value: lines are secrets.
    if (std::ranges::any_of(line, is_control)) {
      return wrong(file.string(), number, "holds a control character, expected plain text");
    }
    if (const auto added = feeder.add(line); !added) return std::unexpected(added.error());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (feeder.rows() < users) return too_few(file.string(), feeder.rows(), users);
  return feeder;
}

std::optional<std::size_t> Feeder::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - columns_.begin());
}

std::optional<UserIndex> Feeder::first_without(std::size_t column) const {
  for (std::uint32_t user = 0; user < rows(); ++user) {
    if (value(UserIndex(user), column).empty()) return UserIndex(user);
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
