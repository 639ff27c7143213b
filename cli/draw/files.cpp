#include "cli/draw/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "base/descriptor.hpp"

namespace fairrush::cli {
namespace {

constexpr std::size_t kDocumentBytesMax = std::size_t{1} << 30;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
constexpr std::size_t kSecretBytes = 32;

std::unexpected<std::string> failure(const std::filesystem::path& file, std::string_view what) {
  return std::unexpected(fmt::format("'{}' {}: {}", file.string(), what, std::strerror(errno)));
}

using OnChunk = std::function<std::expected<void, std::string>(std::string_view)>;

/// Gives every chunk of a file; an error of `on_chunk` is put after the file's name.
std::expected<void, std::string> stream(const std::filesystem::path& file,
                                        const OnChunk& on_chunk) {
  const Descriptor source(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (source.value() < 0) return failure(file, "cannot be opened");
  std::vector<char> chunk(kChunkBytes);
  while (true) {
    const ssize_t bytes = ::read(source.value(), chunk.data(), chunk.size());
    if (bytes == 0) return {};
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return failure(file, "cannot be read");
    const auto taken = on_chunk({chunk.data(), static_cast<std::size_t>(bytes)});
    if (!taken) return std::unexpected(fmt::format("{}: {}", file.string(), taken.error()));
  }
}

}  // namespace

std::expected<std::string, std::string> read_whole(const std::filesystem::path& file) {
  std::string text;
  const auto read =
      stream(file, [&text](std::string_view chunk) -> std::expected<void, std::string> {
        text += chunk;
        if (text.size() <= kDocumentBytesMax) return {};
        return std::unexpected(fmt::format("larger than {} bytes", kDocumentBytesMax));
      });
  if (!read) return std::unexpected(read.error());
  return text;
}

std::expected<Bytes, std::string> read_secret(const std::filesystem::path& file) {
  auto text = read_whole(file);
  if (!text) return std::unexpected(text.error());
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  auto secret = from_hex(*text);
  if (!secret || secret->size() != kSecretBytes) {
    // The file's content stays out of the message: it may well be a secret.
    return std::unexpected(fmt::format("{}: no secret, expected {} hexadecimal digits",
                                       file.string(), 2 * kSecretBytes));
  }
  return std::move(*secret);
}

std::expected<RosterFile, std::string> scan_roster(const std::filesystem::path& file,
                                                   analysis::RosterQuery query) {
  analysis::RosterScan scan(std::move(query));
  const auto fed = stream(file, [&scan](std::string_view chunk) { return scan.feed(chunk); });
  if (!fed) return std::unexpected(fed.error());
  auto roster = scan.finish();
  if (!roster) return std::unexpected(fmt::format("{}: {}", file.string(), roster.error()));
  RosterFile result{.roster = std::move(*roster), .repetition = {}};
  if (result.roster.repeated_marks.empty()) return result;
  analysis::RepetitionSearch search(result.roster.repeated_marks);
  const auto again = stream(file, [&search](std::string_view chunk) { return search.feed(chunk); });
  if (!again) return std::unexpected(again.error());
  if (const auto end = search.finish(); !end) return std::unexpected(end.error());
  result.repetition = search.found();
  return result;
}

std::expected<analysis::ScannedRoster, std::string> usable_roster(const std::filesystem::path& file,
                                                                  analysis::RosterQuery query) {
  auto scanned = scan_roster(file, std::move(query));
  if (!scanned) return std::unexpected(std::move(scanned.error()));
  if (scanned->repetition) {
    return std::unexpected(
        fmt::format("{}: {}, expected every token once", file.string(), *scanned->repetition));
  }
  if (scanned->roster.size == 0) {
    return std::unexpected(fmt::format("{}: no token, expected one a line", file.string()));
  }
  return std::move(scanned->roster);
}

}  // namespace fairrush::cli
