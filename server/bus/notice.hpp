#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/bus/recent_ids.hpp"

namespace fairrush::server {

/// What a user is told about a coupon.
struct Notice {
  std::string id;  ///< of the message that it follows from
  std::uint32_t user = 0;
  std::string event;
  std::string text;  ///< one sentence
  std::int64_t at_ms = 0;
};

/// Where notices go to; an adapter to letters, pushes or chats would be another. Blocking calls,
/// one thread at a time.
class NoticeSink {
 public:
  NoticeSink() = default;
  NoticeSink(const NoticeSink&) = delete;
  NoticeSink& operator=(const NoticeSink&) = delete;
  virtual ~NoticeSink() = default;

  /// Delivers them all, so that they survive a crash, or none: then the reason.
  virtual std::expected<void, std::string> write(std::span<const Notice> notices) = 0;
};

/// A log line for each.
class NoticeLog final : public NoticeSink {
 public:
  std::expected<void, std::string> write(std::span<const Notice> notices) override;
};

/// One JSON object a line at the end of a file:
///
///     {"id":"coupon-issued:…","user":7,"event":"spring","text":"…","at_ms":1795302000250}
///
/// The file is also the memory of what was delivered: each line is there with its id or not at all.
class NoticeFile final : public NoticeSink {
 public:
  /// How much of the file's end is read for ids.
  static constexpr std::size_t kReadBytesMax = std::size_t{32} << 20;

  /// Opens or creates the file and cuts off a line that a crash left unfinished. Ids of the latest
  /// lines go to `known`. The error names the path; a file has one server at a time.
  static std::expected<std::unique_ptr<NoticeFile>, std::string> open(const std::string& path,
                                                                      RecentIds& known);
  ~NoticeFile() override;

  std::expected<void, std::string> write(std::span<const Notice> notices) override;

 private:
  NoticeFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}

  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;  ///< of the whole lines
};

}  // namespace fairrush::server
