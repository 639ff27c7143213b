#include "analysis/draw/roster_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace fairrush::analysis {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::unexpected<std::string> too_long() {
  return std::unexpected(
      fmt::format("longer than {} bytes, expected one token a line", kTokenBytesMax));
}

}  // namespace

std::expected<void, std::string> check_token(std::string_view token) {
  if (token.empty()) return std::unexpected("empty, expected a token");
  if (token.size() > kTokenBytesMax) return too_long();
  if (!is_utf8(token)) return std::unexpected("bytes that are not UTF-8, expected a token");
  if (std::ranges::any_of(token, is_control)) {
    return std::unexpected("a control character, expected a token");
  }
  return {};
}

std::expected<void, std::string> RosterLines::feed(std::string_view bytes,
                                                   const OnToken& on_token) {
  while (true) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) break;
    std::string_view line = bytes.substr(0, end);
    if (!rest_.empty()) line = rest_.append(line);
    const auto taken = take(line, on_token);
    if (!taken) return taken;
    rest_.clear();
    bytes.remove_prefix(end + 1);
  }
  rest_ += bytes;
  // The carriage return and the byte order mark of a longest token's line.
  constexpr std::size_t kBesidesMax = 4;
  if (rest_.size() > kTokenBytesMax + kBesidesMax) {
    return std::unexpected(fmt::format("line {}: {}", line_ + 1, too_long().error()));
  }
  return {};
}

std::expected<void, std::string> RosterLines::finish(const OnToken& on_token) {
  if (rest_.empty()) return {};
  return take(rest_, on_token);
}

std::expected<void, std::string> RosterLines::take(std::string_view line, const OnToken& on_token) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (++line_ == 1 && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) {
    if (empty_line_ == 0) empty_line_ = line_;
    return {};
  }
  if (empty_line_ != 0) {
    return std::unexpected(fmt::format(
        "line {}: empty, expected a token: line numbers are ticket numbers", empty_line_));
  }
  if (const auto token = check_token(line); !token) {
    return std::unexpected(fmt::format("line {}: {}", line_, token.error()));
  }
  on_token(line);
  return {};
}

}  // namespace fairrush::analysis
