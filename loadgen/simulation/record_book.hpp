#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/reader.hpp"
#include "analysis/history/writer.hpp"

namespace fairrush::loadgen {

/// The records of one round in memory, as the checks read them and the history file takes them in.
/// One thread; movable.
class RecordBook {
 public:
  /// Adds a record with its receipt's text (empty = none).
  void add(analysis::AttemptRecord record, std::string_view receipt);

  std::uint64_t size() const { return records_.size(); }

  /// All of them as one block. Valid until the book changes or moves.
  analysis::HistoryBlock block() const { return {records_, text_, user_max_}; }

  /// Hands them to a history file, in order. The error names path and cause.
  std::expected<void, std::string> write_to(analysis::HistoryAppender& appender) const;

 private:
  std::vector<analysis::AttemptRecord> records_;
  std::string text_;
  std::uint32_t user_max_ = 0;
};

}  // namespace fairrush::loadgen
