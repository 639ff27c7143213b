#include "analysis/history/reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "analysis/history/format.hpp"
#include "base/assert.hpp"
#include "base/descriptor.hpp"

namespace fairrush::analysis {
namespace {

template <class T>
T read_at(std::string_view bytes, std::uint64_t offset) {
  T object;
  std::memcpy(&object, bytes.data() + offset, sizeof(T));
  return object;
}

bool in_time_range(std::int64_t time) {
  return time >= -kRecordTimeMax && time <= kRecordTimeMax;
}

/// Of a block with at least one record.
std::uint32_t round_of(const HistoryBlock& block) {
  return block.records.front().round;
}

/// What is wrong with a record, or empty.
std::string record_problem(const AttemptRecord& record, std::uint32_t text_bytes) {
  if (record.op > static_cast<std::uint8_t>(Op::status)) {
    return fmt::format("operation {}, expected 0 to 3", record.op);
  }
  if (record.outcome > static_cast<std::uint8_t>(Outcome::indeterminate)) {
    return fmt::format("outcome {}, expected 0 to 5", record.outcome);
  }
  if (!is_known(record.reason)) {
    return fmt::format("reason {}, expected a number this version knows", record.reason);
  }
  for (std::int64_t time : {record.intended_ns, record.first_byte_out_ns, record.complete_ns}) {
    if (!in_time_range(time)) {
      return fmt::format("time {} ns, expected at most ±{}", time, kRecordTimeMax);
    }
  }
  const std::uint64_t receipt_end = std::uint64_t{record.receipt_offset} + record.receipt_length;
  if (receipt_end > text_bytes) {
    return fmt::format("a receipt that ends at byte {} of a text of {}", receipt_end, text_bytes);
  }
  if ((record.receipt_hash == 0) != (record.receipt_length == 0)) {
    return fmt::format("a receipt of {} bytes with hash {:#x}; only an empty one has hash 0",
                       record.receipt_length, record.receipt_hash);
  }
  return {};
}

/// Walks the bytes of a history once and collects what `History` keeps.
class Parser {
 public:
  Parser(std::string_view bytes, std::string name) : bytes_(bytes), name_(std::move(name)) {}

  std::expected<void, std::string> run() {
    if (auto header = check_header(); !header) return header;
    offset_ = sizeof(HistoryHeader);
    while (!done_) {
      if (auto part = take_part(); !part) return part;
    }
    return {};
  }

  std::vector<HistoryBlock> blocks;
  std::uint64_t records = 0;
  std::optional<std::uint64_t> truncation;

 private:
  using Checked = std::expected<void, std::string>;

  std::uint64_t left() const { return bytes_.size() - offset_; }

  std::unexpected<std::string> error(std::uint64_t offset, std::string_view what) const {
    return std::unexpected(fmt::format("{}: byte {}: {}", name_, offset, what));
  }

  Checked check_header() const {
    if (bytes_.size() < sizeof(HistoryHeader)) {
      return error(0, fmt::format("not a history: {} bytes, expected a header of {}", bytes_.size(),
                                  sizeof(HistoryHeader)));
    }
    const auto header = read_at<HistoryHeader>(bytes_, 0);
    if (header.magic != kHistoryMagic) {
      return error(0, fmt::format("not a history: begins with {:#018x}, expected {:#018x}",
                                  header.magic, kHistoryMagic));
    }
    // Before the checksum: another version may compute it otherwise.
    if (header.version != kHistoryVersion) {
      return error(offsetof(HistoryHeader, version),
                   fmt::format("format version {}, expected {}", header.version, kHistoryVersion));
    }
    const std::uint64_t sum = checksum_of(bytes_.substr(0, offsetof(HistoryHeader, checksum)));
    if (sum != header.checksum) {
      return error(offsetof(HistoryHeader, checksum),
                   fmt::format("damaged header: checksum {:#018x}, expected {:#018x}",
                               header.checksum, sum));
    }
    if (header.record_bytes != sizeof(AttemptRecord)) {
      return error(offsetof(HistoryHeader, record_bytes),
                   fmt::format("records of {} bytes, expected {}", header.record_bytes,
                               sizeof(AttemptRecord)));
    }
    if (header.endianness != kEndiannessMark) {
      return error(offsetof(HistoryHeader, endianness),
                   fmt::format("byte order mark {:#010x}, expected {:#010x}", header.endianness,
                               kEndiannessMark));
    }
    return {};
  }

  Checked take_part() {
    if (left() < sizeof(std::uint32_t)) return cut_here();
    const auto magic = read_at<std::uint32_t>(bytes_, offset_);
    if (magic == kBlockMagic) return take_block();
    if (magic == kClosingMagic) return take_closing();
    return error(offset_, fmt::format("{:#010x}, expected a block ({:#010x}) or the closing block "
                                      "({:#010x})",
                                      magic, kBlockMagic, kClosingMagic));
  }

  Checked take_block() {
    if (left() < sizeof(BlockHeader)) return cut_here();
    const auto header = read_at<BlockHeader>(bytes_, offset_);
    if (const std::uint32_t sum = header_checksum_of(header); sum != header.header_checksum) {
      return error(offset_ + offsetof(BlockHeader, header_checksum),
                   fmt::format("damaged block header: checksum {:#010x}, expected {:#010x}",
                               header.header_checksum, sum));
    }
    const std::uint64_t record_bytes = std::uint64_t{header.records} * sizeof(AttemptRecord);
    const std::uint64_t body_bytes = record_bytes + padded(header.text_bytes);
    if (left() - sizeof(BlockHeader) < body_bytes) return cut_here();
    const std::uint64_t body_at = offset_ + sizeof(BlockHeader);
    const std::string_view body = bytes_.substr(body_at, body_bytes);
    if (const std::uint64_t sum = checksum_of(body); sum != header.checksum) {
      return error(offset_ + offsetof(BlockHeader, checksum),
                   fmt::format("damaged block of {} records: checksum {:#018x}, expected {:#018x}",
                               header.records, header.checksum, sum));
    }
    HistoryBlock block;
    block.records = {reinterpret_cast<const AttemptRecord*>(body.data()), header.records};
    block.text = body.substr(record_bytes, header.text_bytes);
    if (auto checked = check_records(block, body_at); !checked) return checked;
    records += header.records;
    ++blocks_read_;
    split_by_round(block);
    offset_ = body_at + body_bytes;
    return {};
  }

  Checked check_records(const HistoryBlock& block, std::uint64_t offset) const {
    const auto text_bytes = static_cast<std::uint32_t>(block.text.size());
    for (const AttemptRecord& record : block.records) {
      if (std::string problem = record_problem(record, text_bytes); !problem.empty()) {
        return error(offset, fmt::format("record of attempt {}: {}", record.attempt, problem));
      }
      offset += sizeof(AttemptRecord);
    }
    return {};
  }

  /// A writer keeps to one round a block, but nothing in the format says so.
  void split_by_round(HistoryBlock block) {
    while (!block.records.empty()) {
      const std::uint32_t round = block.records.front().round;
      std::uint32_t user_max = 0;
      std::size_t count = 0;
      for (const AttemptRecord& record : block.records) {
        if (record.round != round) break;
        user_max = std::max(user_max, record.user);
        ++count;
      }
      blocks.push_back({block.records.first(count), block.text, user_max});
      block.records = block.records.subspan(count);
    }
  }

  Checked take_closing() {
    if (left() < sizeof(ClosingBlock)) return cut_here();
    const auto closing = read_at<ClosingBlock>(bytes_, offset_);
    const std::uint64_t sum = checksum_of(bytes_.substr(offset_, offsetof(ClosingBlock, checksum)));
    if (sum != closing.checksum) {
      return error(offset_ + offsetof(ClosingBlock, checksum),
                   fmt::format("damaged closing block: checksum {:#018x}, expected {:#018x}",
                               closing.checksum, sum));
    }
    if (closing.records != records || closing.blocks != blocks_read_) {
      return error(offset_, fmt::format("{} records in {} blocks, expected {} in {} as the closing "
                                        "block says",
                                        records, blocks_read_, closing.records, closing.blocks));
    }
    offset_ += sizeof(ClosingBlock);
    if (left() != 0) {
      return error(offset_,
                   fmt::format("{} bytes after the closing block, expected the end", left()));
    }
    done_ = true;
    return {};
  }

  Checked cut_here() {
    truncation = left();
    done_ = true;
    return {};
  }

  std::string_view bytes_;
  std::string name_;
  std::uint64_t offset_ = 0;
  std::uint64_t blocks_read_ = 0;
  bool done_ = false;
};

std::unexpected<std::string> cannot(std::string_view doing, const std::filesystem::path& path,
                                    int error) {
  return std::unexpected(fmt::format("{}: cannot {}: {}", path.string(), doing,
                                     std::generic_category().message(error)));
}

}  // namespace

std::expected<History, std::string> History::open(const std::filesystem::path& path) {
  // Without O_NONBLOCK a named pipe in the file's place would wait for a writer for ever.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.value() < 0) return cannot("open", path, errno);
  struct stat status{};
  if (::fstat(file.value(), &status) != 0) return cannot("read", path, errno);
  if (!S_ISREG(status.st_mode)) {
    return std::unexpected(fmt::format("{}: not a history: not a regular file", path.string()));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return parse({}, path.string());
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (address == MAP_FAILED) return cannot("map", path, errno);
  const std::string_view bytes(static_cast<const char*>(address), size);
  auto history = parse(bytes, path.string());
  if (history) {
    history->mapped_ = bytes;
  } else {
    ::munmap(address, size);
  }
  return history;
}

std::expected<History, std::string> History::parse(std::string_view bytes, std::string name) {
  FAIRRUSH_ASSERT(reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 == 0);
  Parser parser(bytes, std::move(name));
  if (auto parsed = parser.run(); !parsed) return std::unexpected(std::move(parsed.error()));
  History history;
  std::ranges::sort(parser.blocks, {}, [](const HistoryBlock& block) {
    return std::pair(round_of(block), block.records.data());
  });
  history.blocks_ = std::move(parser.blocks);
  history.records_ = parser.records;
  history.truncation_ = parser.truncation;
  return history;
}

std::span<const HistoryBlock> History::blocks_of(std::uint32_t round) const {
  const auto found = std::ranges::equal_range(blocks_, round, {}, round_of);
  return {found.begin(), found.end()};
}

History::History(History&& other) noexcept
    : mapped_(std::exchange(other.mapped_, {})),
      blocks_(std::exchange(other.blocks_, {})),
      records_(std::exchange(other.records_, 0)),
      truncation_(std::exchange(other.truncation_, {})) {}

History& History::operator=(History&& other) noexcept {
  std::swap(mapped_, other.mapped_);
  std::swap(blocks_, other.blocks_);
  std::swap(records_, other.records_);
  std::swap(truncation_, other.truncation_);
  return *this;
}

History::~History() {
  if (!mapped_.empty()) ::munmap(const_cast<char*>(mapped_.data()), mapped_.size());
}

}  // namespace fairrush::analysis
