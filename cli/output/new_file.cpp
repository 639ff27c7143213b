#include "cli/output/new_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/descriptor.hpp"

namespace fairrush::cli {
namespace {

std::unexpected<std::string> failure(const std::filesystem::path& file, std::string_view what,
                                     int cause) {
  return std::unexpected(fmt::format("'{}' {}: {}", file.string(), what, std::strerror(cause)));
}

bool write_all(int target, std::string_view text) {
  while (!text.empty()) {
    const ssize_t bytes = ::write(target, text.data(), text.size());
    if (bytes < 0 && errno != EINTR) return false;
    if (bytes > 0) text.remove_prefix(static_cast<std::size_t>(bytes));
  }
  return ::fsync(target) == 0 || errno == EINVAL;  // a pipe has no disk to be on
}

}  // namespace

std::expected<void, std::string> write_new(const NewFile& file) {
  const Descriptor target(
      ::open(file.path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, file.mode));
  if (target.value() < 0 && errno == EEXIST) {
    return std::unexpected(
        fmt::format("'{}' is there already: expected a new file", file.path.string()));
  }
  if (target.value() < 0) return failure(file.path, "cannot be made", errno);
  if (write_all(target.value(), file.text)) return {};
  const int cause = errno;
  ::unlink(file.path.c_str());
  return failure(file.path, "cannot be written", cause);
}

}  // namespace fairrush::cli
