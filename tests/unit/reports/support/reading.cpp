#include "tests/unit/reports/support/reading.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>
#include <vector>

#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

const Format& format_named(std::string_view name) {
  const auto found = std::ranges::find(formats(), name, &Format::name);
  if (found == formats().end()) throw std::runtime_error("no format " + std::string(name));
  return *found;
}

std::string written_by(std::string_view format, const ReportInput& input) {
  const ScratchDirectory scratch;
  const auto written = format_named(format).write(input, scratch.path());
  if (!written) throw std::runtime_error(written.error());
  return read_file(written->front());
}

namespace {

/// Follows one tag; false when it closes what is not open.
bool follow(std::string_view tag, std::vector<std::string>& open) {
  if (tag.starts_with('!') || tag.ends_with('/')) return true;
  if (!tag.starts_with('/')) {
    open.emplace_back(tag.substr(0, tag.find(' ')));
    return true;
  }
  if (open.empty() || open.back() != tag.substr(1)) return false;
  open.pop_back();
  return true;
}

const std::regex& tag_shape() {
  static const std::regex shape(
      R"(!DOCTYPE html|/[a-z][a-z0-9]*|[a-z][a-zA-Z0-9]*( [a-zA-Z][a-zA-Z0-9:-]*="[^"<]*")*( /)?)");
  return shape;
}

const std::regex& bare_ampersand() {
  static const std::regex shape("&(?!(amp|lt|gt|quot|#39);)");
  return shape;
}

}  // namespace

std::optional<std::string> malformed(std::string_view text) {
  std::vector<std::string> open;
  const std::string whole(text);
  if (std::regex_search(whole, bare_ampersand())) return "an ampersand that is not a reference";
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string_view::npos) return "a tag that does not end";
    const std::string tag(text.substr(at + 1, end - at - 1));
    if (!std::regex_match(tag, tag_shape())) return "not a tag: <" + tag + ">";
    if (!follow(tag, open)) return "closed, but not open: <" + tag + ">";
    at = end;
  }
  if (!open.empty()) return "never closed: <" + open.back() + ">";
  return std::nullopt;
}

}  // namespace fairrush::reports::testing
