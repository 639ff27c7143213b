#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace fairrush::loadgen {

/// What users bring along, from a CSV file: the row of user 0 comes first. Immutable; any thread.
class Feeder {
 public:
  /// Reads CSV after RFC 4180 with a header, UTF-8. Rows beyond `users` are left alone. The error
  /// names file and line: too few rows, a column twice, a row of another width, a value with a
  /// control character.
  static std::expected<Feeder, std::string> read(const std::filesystem::path& file,
                                                 std::uint32_t users);
  /// The same from text; `name` stands in errors.
  static std::expected<Feeder, std::string> parse(std::string_view text, std::string_view name,
                                                  std::uint32_t users);
  /// A file without a header, one value a line, as a feeder with the one column `column`.
  static std::expected<Feeder, std::string> read_lines(const std::filesystem::path& file,
                                                       std::string_view column,
                                                       std::uint32_t users);

  const std::vector<std::string>& columns() const { return columns_; }
  std::optional<std::size_t> column(std::string_view name) const;

  std::string_view value(UserIndex user, std::size_t column) const {
    const std::size_t cell = user.value() * columns_.size() + column;
    return std::string_view(text_).substr(ends_[cell], ends_[cell + 1] - ends_[cell]);
  }

  /// The first user whose value in `column` is empty.
  std::optional<UserIndex> first_without(std::size_t column) const;

 private:
  std::uint32_t rows() const {
    return columns_.empty() ? 0 : static_cast<std::uint32_t>((ends_.size() - 1) / columns_.size());
  }
  std::expected<void, std::string> add(std::string_view value);

  std::vector<std::string> columns_;
  std::string text_;                       // all values, one behind the other
  std::vector<std::uint64_t> ends_ = {0};  // where they end, row by row
};

}  // namespace fairrush::loadgen
