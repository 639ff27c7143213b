#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/history/reader.hpp"
#include "analysis/history/record.hpp"

namespace fairrush::analysis {

/// The history file: a 64-byte header, then self-contained blocks (records, their receipts' text, a
/// checksum), then a closing block with the totals. A file without the closing block was cut short,
/// and says so. Blocks of several writers may alternate in any order. Thread-safe.
class HistoryFile {
 public:
  /// Creates `path`, which must not exist. The error names path and cause.
  static std::expected<std::unique_ptr<HistoryFile>, std::string> create(
      const std::filesystem::path& path);
  HistoryFile(const HistoryFile&) = delete;
  HistoryFile& operator=(const HistoryFile&) = delete;
  ~HistoryFile();

  /// Adds a block of another history as it stands. Errors as in `HistoryAppender::flush`.
  std::expected<void, std::string> append(const HistoryBlock& block);

  /// Makes the file whole for as long as nothing is appended: a closing block, which the next block
  /// takes the place of. Call after all appenders are flushed. Errors as in
  /// `HistoryAppender::flush`.
  std::expected<void, std::string> seal();

  /// Seals the file for good and flushes it to the disk. Call once, after all appenders are
  /// flushed. Errors as in `HistoryAppender::flush`; it may then be called again.
  std::expected<void, std::string> close();

 private:
  friend class HistoryAppender;
  explicit HistoryFile(int descriptor, std::filesystem::path path);
  std::expected<void, std::string> append_block(std::string_view block, std::uint64_t records);
  std::expected<void, std::string> write_closing_block();
  std::expected<void, std::string> write_at_end(std::string_view bytes);
  std::string failure(std::string_view doing) const;

  std::mutex mutex_;
  int descriptor_;  // -1 once closed
  std::filesystem::path path_;
  std::uint64_t size_ = 0;  // of what was written completely
  std::uint64_t records_ = 0;
  std::uint64_t blocks_ = 0;
};

/// Collects the records of one thread and hands them to the file a block at a time: a lock and a
/// write only every `kRecordsPerBlock` records, and whenever it is told to flush.
class HistoryAppender {
 public:
  static constexpr std::size_t kRecordsPerBlock = 4096;
  static_assert(kRecordsPerBlock * kReceiptBytesMax < std::uint64_t{1} << 32,
                "offsets into a block's text have 32 bits");

  explicit HistoryAppender(HistoryFile& file) : file_(file) {}
  HistoryAppender(const HistoryAppender&) = delete;
  HistoryAppender& operator=(const HistoryAppender&) = delete;

  /// Adds a record; sets its receipt fields from `receipt` (empty = none). An error (disk full …)
  /// names path and cause; the record is then kept and tried again with the next flush.
  std::expected<void, std::string> append(AttemptRecord record, std::string_view receipt);

  /// Writes what is buffered. After an error nothing of it is lost and the file ends with its last
  /// complete block.
  std::expected<void, std::string> flush();

  /// Records that are not in the file yet.
  std::uint64_t buffered() const { return records_.size() + sealed_.size() * kRecordsPerBlock; }

 private:
  std::string open_block() const;
  void clear_open();
  std::expected<void, std::string> write_sealed();

  HistoryFile& file_;
  std::vector<AttemptRecord> records_;
  std::string text_;
  std::deque<std::string> sealed_;  // full blocks that could not be written yet, in order
};

}  // namespace fairrush::analysis
