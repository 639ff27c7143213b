#include "server/bus/notice.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "server/log.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;

std::string line_of(const Notice& notice) {
  return json::serialize(json::object{{"id", notice.id},
                                      {"user", notice.user},
                                      {"event", notice.event},
                                      {"text", notice.text},
                                      {"at_ms", notice.at_ms}}) +
         "\n";
}

/// Of a line that we wrote; empty for any other.
std::string id_in(std::string_view line) {
  boost::system::error_code error;
  const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
  if (error || !value.is_object()) return {};
  const json::value* const id = value.get_object().if_contains("id");
  if (id == nullptr || !id->is_string()) return {};
  return {id->get_string().data(), id->get_string().size()};
}

/// Bytes of the file from `from` on; unset when they cannot be read.
std::optional<std::string> read_from(int descriptor, std::uint64_t from, std::uint64_t size) {
  std::string text(size - from, '\0');
  std::size_t got = 0;
  while (got < text.size()) {
    const ssize_t bytes =
        pread(descriptor, text.data() + got, text.size() - got, static_cast<off_t>(from + got));
    if (bytes <= 0) return std::nullopt;
    got += static_cast<std::size_t>(bytes);
  }
  return text;
}

void remember_ids(std::string_view lines, RecentIds& known) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (std::string id = id_in(lines.substr(0, end)); !id.empty()) known.add(std::move(id));
    lines.remove_prefix(end + 1);
  }
}

}  // namespace

std::expected<void, std::string> NoticeLog::write(std::span<const Notice> notices) {
  for (const Notice& notice : notices) {
    log_info("notification", {{"id", notice.id},
                              {"user", fmt::format("{}", notice.user)},
                              {"event", notice.event},
                              {"text", notice.text}});
  }
  return {};
}

std::expected<std::unique_ptr<NoticeFile>, std::string> NoticeFile::open(const std::string& path,
                                                                         RecentIds& known) {
  const auto failed = [&path](std::string_view why) {
    return std::unexpected(fmt::format("notifications '{}': {}", path, why));
  };
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(std::strerror(errno));
  std::unique_ptr<NoticeFile> file(new NoticeFile(path, descriptor));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return failed("is in use by another server");
  struct stat status{};
  if (fstat(descriptor, &status) != 0) return failed(std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t from = size - std::min<std::uint64_t>(size, kReadBytesMax);
  const auto text = read_from(descriptor, from, size);
  if (!text) return failed(std::strerror(errno));
  const std::size_t whole = text->rfind('\n') + 1;  // npos + 1 is 0
  if (from > 0 && whole == 0) return failed("has no lines: name another file");
  file->size_ = from + whole;
  if (ftruncate(descriptor, static_cast<off_t>(file->size_)) != 0) {
    return failed(std::strerror(errno));
  }
  remember_ids(std::string_view(*text).substr(0, whole), known);
  return file;
}

NoticeFile::~NoticeFile() {
  ::close(descriptor_);
}

std::expected<void, std::string> NoticeFile::write(std::span<const Notice> notices) {
  std::string text;
  for (const Notice& notice : notices) text += line_of(notice);
  std::size_t put = 0;
  while (put < text.size()) {
    const ssize_t bytes =
        pwrite(descriptor_, text.data() + put, text.size() - put, static_cast<off_t>(size_ + put));
    if (bytes <= 0) break;
    put += static_cast<std::size_t>(bytes);
  }
  if (put == text.size() && fdatasync(descriptor_) == 0) {
    size_ += put;
    return NoticeLog().write(notices);
  }
  const std::string why = std::strerror(errno);
  // All or nothing: what is there of it would be taken for delivered after a restart.
  if (ftruncate(descriptor_, static_cast<off_t>(size_)) != 0) log_error("cannot be cut", {});
  return std::unexpected(fmt::format("notifications '{}': {}", path_, why));
}

}  // namespace fairrush::server
