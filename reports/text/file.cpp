#include "reports/text/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace fairrush::reports {
namespace {

constexpr std::size_t kBufferMax = std::size_t{256} * 1024;

}  // namespace

OutputFile::OutputFile(std::filesystem::path path)
    : path_(std::move(path)), partial_(path_.string() + ".partial") {
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("create");
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(partial_.c_str());
}

void OutputFile::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= kBufferMax) drain();
}

void OutputFile::drain() {
  std::string_view rest = buffer_;
  while (healthy() && !rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      fail("write");
    }
  }
  buffer_.clear();
}

std::expected<void, std::string> OutputFile::commit() {
  drain();
  if (healthy() && ::fsync(descriptor_) != 0) fail("write");
  // Some file systems report a full disk only when the file is closed.
  if (descriptor_ >= 0 && ::close(std::exchange(descriptor_, -1)) != 0) fail("write");
  if (healthy() && ::rename(partial_.c_str(), path_.c_str()) != 0) fail("name");
  if (healthy()) return {};
  ::unlink(partial_.c_str());
  return std::unexpected(problem_);
}

void OutputFile::fail(std::string_view doing) {
  const int cause = errno;
  if (!healthy()) return;
  problem_ = fmt::format("cannot {} {}: {}", doing, path_.string(),
                         std::generic_category().message(cause));
}

std::expected<std::vector<std::filesystem::path>, std::string> write_files(
    const std::vector<FileText>& files) {
  std::vector<std::filesystem::path> paths;
  for (const FileText& whole : files) {
    OutputFile file(whole.path);
    file.write(whole.text);
    if (auto done = file.commit(); !done) return std::unexpected(done.error());
    paths.push_back(whole.path);
  }
  return paths;
}

}  // namespace fairrush::reports
