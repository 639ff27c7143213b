#include "analysis/history/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "analysis/history/format.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

std::string cause(int error) {
  return std::generic_category().message(error);
}

/// A block as the file holds it.
std::string block_bytes(std::span<const AttemptRecord> records, std::string_view text) {
  BlockHeader header;
  header.records = static_cast<std::uint32_t>(records.size());
  header.text_bytes = static_cast<std::uint32_t>(text.size());
  header.header_checksum = header_checksum_of(header);
  std::string block;
  block.reserve(sizeof(header) + records.size_bytes() + padded(text.size()));
  block += raw_bytes(header);
  block.append(reinterpret_cast<const char*>(records.data()), records.size_bytes());
  block += text;
  block.resize(sizeof(header) + records.size_bytes() + padded(text.size()), '\0');
  header.checksum = checksum_of(std::string_view(block).substr(sizeof(header)));
  block.replace(0, sizeof(header), raw_bytes(header));
  return block;
}

}  // namespace

std::expected<std::unique_ptr<HistoryFile>, std::string> HistoryFile::create(
    const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return std::unexpected(fmt::format("{}: cannot create: {}", path.string(), cause(errno)));
  }
  std::unique_ptr<HistoryFile> file(new HistoryFile(descriptor, path));
  HistoryHeader header;
  header.checksum = checksum_of(raw_bytes(header).substr(0, offsetof(HistoryHeader, checksum)));
  if (auto written = file->write_at_end(raw_bytes(header)); !written) {
    ::unlink(path.c_str());  // nobody was told of it, and a second try must find the name free
    return std::unexpected(std::move(written.error()));
  }
  return file;
}

HistoryFile::HistoryFile(int descriptor, std::filesystem::path path)
    : descriptor_(descriptor), path_(std::move(path)) {}

HistoryFile::~HistoryFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// Behind the last block, but not of the size: whatever is written next is written over it.
std::expected<void, std::string> HistoryFile::write_closing_block() {
  FAIRRUSH_ASSERT(descriptor_ >= 0);
  ClosingBlock closing;
  closing.records = records_;
  closing.blocks = blocks_;
  closing.checksum = checksum_of(raw_bytes(closing).substr(0, offsetof(ClosingBlock, checksum)));
  const std::uint64_t end_of_blocks = size_;
  auto written = write_at_end(raw_bytes(closing));
  size_ = end_of_blocks;
  return written;
}

std::expected<void, std::string> HistoryFile::seal() {
  const std::scoped_lock lock(mutex_);
  return write_closing_block();
}

std::expected<void, std::string> HistoryFile::close() {
  const std::scoped_lock lock(mutex_);
  if (auto written = write_closing_block(); !written) return written;
  if (::fdatasync(descriptor_) != 0) return std::unexpected(failure("cannot flush to the disk"));
  const int closed = ::close(std::exchange(descriptor_, -1));
  if (closed != 0) return std::unexpected(failure("cannot close"));
  return {};
}

std::expected<void, std::string> HistoryFile::append(const HistoryBlock& block) {
  return append_block(block_bytes(block.records, block.text), block.records.size());
}

std::expected<void, std::string> HistoryFile::append_block(std::string_view block,
                                                           std::uint64_t records) {
  const std::scoped_lock lock(mutex_);
  FAIRRUSH_ASSERT(descriptor_ >= 0);
  if (auto written = write_at_end(block); !written) return written;
  records_ += records;
  ++blocks_;
  return {};
}

std::expected<void, std::string> HistoryFile::write_at_end(std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(size_ + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      if (written == 0) errno = ENOSPC;  // no cause is given for a write of nothing
      std::string error = failure("cannot write");
      // Half a block at the end would read as a cut; half a block before a later one as damage.
      if (::ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) {
        error += fmt::format("; cannot take back {} bytes: {}", done, cause(errno));
      }
      return std::unexpected(std::move(error));
    }
    done += static_cast<std::size_t>(written);
  }
  size_ += done;
  return {};
}

std::string HistoryFile::failure(std::string_view doing) const {
  return fmt::format("{}: {} at byte {}: {}", path_.string(), doing, size_, cause(errno));
}

std::expected<void, std::string> HistoryAppender::append(AttemptRecord record,
                                                         std::string_view receipt) {
  record.receipt_hash = receipt.empty() ? 0 : receipt_hash(receipt);
  receipt = receipt.substr(0, kReceiptBytesMax);
  record.receipt_offset = static_cast<std::uint32_t>(text_.size());
  record.receipt_length = static_cast<std::uint16_t>(receipt.size());
  text_ += receipt;
  records_.push_back(record);
  if (records_.size() < kRecordsPerBlock) return {};
  sealed_.push_back(open_block());
  clear_open();
  return write_sealed();
}

std::expected<void, std::string> HistoryAppender::flush() {
  if (auto written = write_sealed(); !written) return written;
  if (records_.empty()) return {};
  if (auto written = file_.append_block(open_block(), records_.size()); !written) return written;
  clear_open();
  return {};
}

std::string HistoryAppender::open_block() const {
  return block_bytes(records_, text_);
}

void HistoryAppender::clear_open() {
  records_.clear();
  text_.clear();
}

std::expected<void, std::string> HistoryAppender::write_sealed() {
  for (; !sealed_.empty(); sealed_.pop_front()) {
    if (auto written = file_.append_block(sealed_.front(), kRecordsPerBlock); !written) {
      return written;
    }
  }
  return {};
}

}  // namespace fairrush::analysis
