#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "analysis/history/format.hpp"
#include "analysis/history/reader.hpp"
#include "analysis/history/writer.hpp"
#include "tests/unit/analysis/scratch.hpp"

namespace fairrush::analysis {
namespace {

AttemptRecord attempt_number(std::uint64_t number) {
  AttemptRecord record;
  record.attempt = number;
  record.user = static_cast<std::uint32_t>(number % 1000);
  record.intended_ns = static_cast<std::int64_t>(number) * 1000;
  record.op = static_cast<std::uint8_t>(Op::claim);
  record.outcome = static_cast<std::uint8_t>(Outcome::win);
  return record;
}

/// Receipts of different lengths, none for every third attempt.
std::string receipt_number(std::uint64_t number) {
  return number % 3 == 0 ? std::string() : "coupon-" + std::to_string(number);
}

std::string bytes_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The bytes of a closed history of `records` attempts in blocks of `records_a_block`.
std::string history_bytes(const ScratchDirectory& scratch, std::uint64_t records,
                          std::uint64_t records_a_block = HistoryAppender::kRecordsPerBlock) {
  const auto path = scratch.path() / "bytes.bin";
  std::filesystem::remove(path);
  auto file = HistoryFile::create(path).value();
  HistoryAppender appender(*file);
  for (std::uint64_t number = 0; number < records; ++number) {
    EXPECT_TRUE(appender.append(attempt_number(number), receipt_number(number)));
    if (number % records_a_block == records_a_block - 1) EXPECT_TRUE(appender.flush());
  }
  EXPECT_TRUE(appender.flush());
  EXPECT_TRUE(file->close());
  return bytes_of_file(path);
}

std::uint64_t expect_attempts_in_order(const History& history) {
  std::uint64_t number = 0;
  for (const HistoryBlock& block : history.blocks()) {
    for (const AttemptRecord& record : block.records) {
      EXPECT_EQ(record.attempt, number);
      EXPECT_EQ(block.receipt(record), receipt_number(number));
      EXPECT_EQ(record.receipt_hash,
                receipt_number(number).empty() ? 0 : receipt_hash(receipt_number(number)));
      ++number;
    }
  }
  return number;
}

TEST(HistoryFile, GivesBackEveryRecordAndReceiptOverSeveralBlocks) {
  const ScratchDirectory scratch;
  const std::uint64_t records = 2 * HistoryAppender::kRecordsPerBlock + 7;
  history_bytes(scratch, records);
  const auto history = History::open(scratch.path() / "bytes.bin");
  ASSERT_TRUE(history) << history.error();
  EXPECT_EQ(history->records(), records);
  EXPECT_EQ(history->blocks().size(), 3U);
  EXPECT_EQ(history->truncation(), std::nullopt);
  EXPECT_EQ(expect_attempts_in_order(*history), records);
}

TEST(HistoryFile, WithoutRecordsIsAValidEmptyHistory) {
  const ScratchDirectory scratch;
  const std::string bytes = history_bytes(scratch, 0);
  const auto history = History::parse(bytes, "empty");
  ASSERT_TRUE(history) << history.error();
  EXPECT_EQ(history->records(), 0U);
  EXPECT_EQ(history->truncation(), std::nullopt);
}

TEST(HistoryFile, IsWholeWhileSealedAndCutFromTheNextBlockOn) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "sealed.bin";
  auto file = HistoryFile::create(path).value();
  HistoryAppender appender(*file);
  const auto append = [&](std::uint64_t number) {
    ASSERT_TRUE(appender.append(attempt_number(number), receipt_number(number)));
    ASSERT_TRUE(appender.flush());
  };
  const auto expect_file = [&](std::uint64_t records, bool whole) {
    const auto history = History::open(path);
    ASSERT_TRUE(history) << history.error();
    EXPECT_EQ(expect_attempts_in_order(*history), records);
    EXPECT_EQ(!history->truncation(), whole);
  };
  append(0);
  expect_file(1, false);
  ASSERT_TRUE(file->seal());
  expect_file(1, true);
  append(1);
  expect_file(2, false);
  ASSERT_TRUE(file->seal());
  ASSERT_TRUE(file->close());
  expect_file(2, true);
}

TEST(HistoryFile, CutAtAnyByteGivesTheWholeBlocksBeforeAndSaysWhatIsLost) {
  const ScratchDirectory scratch;
  const std::string bytes = history_bytes(scratch, 6, 2);
  for (std::size_t length = sizeof(HistoryHeader); length < bytes.size(); ++length) {
    const std::string cut = bytes.substr(0, length);
    const auto history = History::parse(cut, "cut");
    ASSERT_TRUE(history) << length << ": " << history.error();
    ASSERT_TRUE(history->truncation().has_value()) << length;
    std::uint64_t used = sizeof(HistoryHeader);
    for (const HistoryBlock& block : history->blocks()) {
      used += sizeof(BlockHeader) + block.records.size_bytes() + padded(block.text.size());
    }
    EXPECT_EQ(used + *history->truncation(), length);
    expect_attempts_in_order(*history);
  }
}

TEST(HistoryFile, CutInsideItsHeaderIsRefused) {
  const ScratchDirectory scratch;
  const std::string bytes = history_bytes(scratch, 1);
  for (std::size_t length = 0; length < sizeof(HistoryHeader); ++length) {
    const std::string cut = bytes.substr(0, length);
    EXPECT_FALSE(History::parse(cut, "cut")) << length;
  }
}

TEST(HistoryFile, RefusesEverySingleFlippedBitNamingTheByte) {
  const ScratchDirectory scratch;
  const std::string bytes = history_bytes(scratch, 4, 2);
  for (std::size_t place = 0; place < bytes.size(); ++place) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[place] = static_cast<char>(flipped[place] ^ (1 << bit));
      const auto history = History::parse(flipped, "flipped.bin");
      ASSERT_FALSE(history) << "byte " << place << " bit " << bit;
      ASSERT_NE(history.error().find("flipped.bin: byte "), std::string::npos);
      ASSERT_NE(history.error().find("expected"), std::string::npos) << history.error();
    }
  }
}

TEST(HistoryFile, RefusesForeignFilesAndOtherVersionsWithTheReason) {
  const std::string foreign(200, 'x');
  const auto refused = History::parse(foreign, "photo.jpg");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("photo.jpg: byte 0: not a history"), std::string::npos);

  const ScratchDirectory scratch;
  std::string newer = history_bytes(scratch, 1);
  newer[8] = 2;
  const auto version = History::parse(newer, "newer.bin");
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error(), "newer.bin: byte 8: format version 2, expected 1");
}

TEST(HistoryFile, RefusesBytesAfterTheClosingBlock) {
  const ScratchDirectory scratch;
  const std::string longer = history_bytes(scratch, 1) + "x";
  const auto history = History::parse(longer, "longer");
  ASSERT_FALSE(history);
  EXPECT_NE(history.error().find("1 bytes after the closing block"), std::string::npos);
}

/// A history with one record and a correct checksum, whatever the record says.
std::expected<History, std::string> parse_one(const AttemptRecord& record, std::string& bytes) {
  HistoryHeader header;
  header.checksum = checksum_of(raw_bytes(header).substr(0, offsetof(HistoryHeader, checksum)));
  BlockHeader block;
  block.records = 1;
  block.header_checksum = header_checksum_of(block);
  block.checksum = checksum_of(raw_bytes(record));
  bytes = std::string(raw_bytes(header)) + std::string(raw_bytes(block));
  bytes += raw_bytes(record);
  return History::parse(bytes, "forged");
}

TEST(HistoryFile, RefusesRecordsWithValuesOutOfRangeDespiteARightChecksum) {
  std::string bytes;
  EXPECT_TRUE(parse_one(attempt_number(1), bytes));
  const auto refused = [&bytes](auto change) {
    AttemptRecord record = attempt_number(1);
    change(record);
    const auto history = parse_one(record, bytes);
    EXPECT_FALSE(history);
    return history ? std::string() : history.error();
  };
  EXPECT_NE(refused([](AttemptRecord& r) { r.op = 4; }).find("operation 4"), std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.outcome = 6; }).find("outcome 6"), std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.reason = 9; }).find("reason 9"), std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.reason = 49; }).find("reason 49"), std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.complete_ns = INT64_MIN; }).find("time"),
            std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.intended_ns = kRecordTimeMax + 1; }).find("time"),
            std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) {
              r.receipt_hash = 1;
              r.receipt_length = 1;
            }).find("receipt that ends at byte 1 of a text of 0"),
            std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.receipt_offset = UINT32_MAX; }).find("receipt"),
            std::string::npos);
  EXPECT_NE(refused([](AttemptRecord& r) { r.receipt_hash = 5; }).find("hash"), std::string::npos);
}

TEST(HistoryFile, IsNotCreatedOverAnExistingFile) {
  const ScratchDirectory scratch;
  const auto path = scratch.write("history.bin", "precious");
  const auto file = HistoryFile::create(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error(), path.string() + ": cannot create: File exists");
  EXPECT_EQ(bytes_of_file(path), "precious");
}

TEST(HistoryFile, ThatIsMissingOrNoFileIsAnErrorWithItsPath) {
  const ScratchDirectory scratch;
  const auto missing = History::open(scratch.path() / "none.bin");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().find("none.bin: cannot open: No such file"), std::string::npos);
  const auto directory = History::open(scratch.path());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().find("not a regular file"), std::string::npos);
}

/// Limits the size of files this process writes, as a full disk would.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limited{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limited);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST(HistoryFile, LosesNoRecordWhenTheDiskIsFullForAWhile) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  auto file = HistoryFile::create(path).value();
  HistoryAppender appender(*file);
  const std::uint64_t records = 3 * HistoryAppender::kRecordsPerBlock + 5;
  {
    // Room for one block and a half: the second is written in part and taken back.
    const FileSizeLimit full(HistoryAppender::kRecordsPerBlock * 150);
    std::string error;
    for (std::uint64_t number = 0; number < records; ++number) {
      const auto kept = appender.append(attempt_number(number), receipt_number(number));
      if (!kept) error = kept.error();
    }
    EXPECT_NE(error.find(path.string() + ": cannot write at byte"), std::string::npos);
    EXPECT_NE(error.find("File too large"), std::string::npos);
    EXPECT_FALSE(appender.flush());
    EXPECT_EQ(appender.buffered(), records - HistoryAppender::kRecordsPerBlock);
    const auto so_far = History::open(path);
    ASSERT_TRUE(so_far) << so_far.error();
    EXPECT_EQ(so_far->truncation(), 0U);
  }
  EXPECT_TRUE(appender.flush());
  EXPECT_TRUE(file->close());
  const auto history = History::open(path);
  ASSERT_TRUE(history) << history.error();
  EXPECT_EQ(history->truncation(), std::nullopt);
  EXPECT_EQ(expect_attempts_in_order(*history), records);
}

TEST(HistoryFile, CanBeClosedAgainAfterTheDiskWasFull) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  auto file = HistoryFile::create(path).value();
  {
    const FileSizeLimit full(sizeof(HistoryHeader) + 10);
    EXPECT_FALSE(file->close());
  }
  EXPECT_TRUE(file->close());
  EXPECT_EQ(History::open(path)->truncation(), std::nullopt);
}

TEST(HistoryFile, LeavesNothingBehindWhenNotEvenItsHeaderFits) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  {
    const FileSizeLimit full(10);
    EXPECT_FALSE(HistoryFile::create(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(HistoryFile, KeepsTheBeginningAndTheWholeHashOfAnOverlongReceipt) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  const std::string receipt(kReceiptBytesMax + 1, 'r');
  auto file = HistoryFile::create(path).value();
  HistoryAppender appender(*file);
  EXPECT_TRUE(appender.append(attempt_number(0), receipt));
  EXPECT_TRUE(appender.flush());
  EXPECT_TRUE(file->close());
  const auto history = History::open(path);
  ASSERT_TRUE(history) << history.error();
  const HistoryBlock& block = history->blocks().front();
  EXPECT_EQ(block.receipt(block.records.front()).size(), kReceiptBytesMax);
  EXPECT_EQ(block.records.front().receipt_hash, receipt_hash(receipt));
}

TEST(HistoryFile, TakesBlocksOfSeveralAppendersInAnyOrder) {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  auto file = HistoryFile::create(path).value();
  HistoryAppender first(*file);
  HistoryAppender second(*file);
  EXPECT_TRUE(first.append(attempt_number(1), "one"));
  EXPECT_TRUE(second.append(attempt_number(2), "two"));
  EXPECT_TRUE(second.flush());
  EXPECT_TRUE(first.flush());
  EXPECT_TRUE(file->close());
  const auto history = History::open(path);
  ASSERT_TRUE(history) << history.error();
  ASSERT_EQ(history->blocks().size(), 2U);
  EXPECT_EQ(history->blocks()[0].receipt(history->blocks()[0].records[0]), "two");
  EXPECT_EQ(history->blocks()[1].receipt(history->blocks()[1].records[0]), "one");
}

}  // namespace
}  // namespace fairrush::analysis
