#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/record.hpp"

namespace fairrush::analysis {

/// Records of one round that share their receipts' text. Views into the mapped file.
struct HistoryBlock {
  std::span<const AttemptRecord> records;
  std::string_view text;
  std::uint32_t user_max = 0;  ///< largest user index among the records

  /// The receipt of one of this block's records; empty when it has none.
  std::string_view receipt(const AttemptRecord& record) const {
    return text.substr(record.receipt_offset, record.receipt_length);
  }
};

/// A history mapped into memory and checked. Immutable after `open`; any thread may read.
class History {
 public:
  /// Maps `path` and checks header, version, every block's checksum and every record's ranges.
  /// Errors name path, byte offset and what is wrong: not a history, another version, a broken
  /// checksum. A file that ends early is no error: `truncation` then tells.
  static std::expected<History, std::string> open(const std::filesystem::path& path);

  /// The same over bytes in memory, which must outlive the history and be 8-byte aligned.
  static std::expected<History, std::string> parse(std::string_view bytes, std::string name);

  History(History&& other) noexcept;
  History& operator=(History&& other) noexcept;
  ~History();

  /// By round; those of one round in the order of the file.
  std::span<const HistoryBlock> blocks() const { return blocks_; }
  /// Those of one round, 0-based; empty when the history has none of it.
  std::span<const HistoryBlock> blocks_of(std::uint32_t round) const;
  std::uint64_t records() const { return records_; }

  /// Set when the closing block is missing: how many bytes of the tail could not be used.
  std::optional<std::uint64_t> truncation() const { return truncation_; }

 private:
  History() = default;

  std::string_view mapped_;
  std::vector<HistoryBlock> blocks_;
  std::uint64_t records_ = 0;
  std::optional<std::uint64_t> truncation_;
};

}  // namespace fairrush::analysis
