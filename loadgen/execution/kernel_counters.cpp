#include "loadgen/execution/kernel_counters.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <ranges>
#include <sstream>
#include <string>

namespace fairrush::loadgen {
namespace {

using analysis::HostFacts;
using Count = std::optional<std::uint64_t>;

constexpr std::uint64_t kMicrosecond_ns = 1'000;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Count number_in(std::string_view word) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::vector<std::string> words_of(std::string_view line) {
  std::istringstream text{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (const auto line : text | std::views::split('\n'))
    lines.emplace_back(line.begin(), line.end());
  return lines;
}

/// The value under `name` in the pair of lines that begin with `group`.
Count value_of(std::string_view text, std::string_view group, std::string_view name) {
  std::vector<std::string> names;
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with(group)) continue;
    const std::vector<std::string> words = words_of(line);
    if (names.empty()) {
      names = words;
      continue;
    }
    for (std::size_t place = 0; place < std::min(names.size(), words.size()); ++place) {
      if (names[place] == name) return number_in(words[place]);
    }
    return std::nullopt;
  }
  return std::nullopt;
}

constexpr Count HostFacts::* kHostCounts[] = {
    &HostFacts::listen_overflows, &HostFacts::listen_drops, &HostFacts::request_queue_drops,
    &HostFacts::retransmits};

}  // namespace

std::optional<Throttling> parse_throttling(std::string_view cpu_stat) {
  Count periods;
  Count ns;
  for (const std::string_view line : lines_of(cpu_stat)) {
    const std::vector<std::string> words = words_of(line);
    if (words.size() != 2) continue;
    const Count value = number_in(words[1]);
    if (words[0] == "nr_throttled") periods = value;
    if (words[0] == "throttled_time") ns = value;
    if (words[0] == "throttled_usec" && value) ns = *value * kMicrosecond_ns;
  }
  if (!periods || !ns) return std::nullopt;
  return Throttling{.periods = *periods, .ns = *ns};
}

std::vector<std::filesystem::path> cpu_stat_places(std::string_view proc_self_cgroup) {
  std::vector<std::filesystem::path> places;
  for (const std::string_view line : lines_of(proc_self_cgroup)) {
    // "4:cpu,cpuacct:/path", or "0::/path" of version 2.
    const std::size_t first = line.find(':');
    const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const std::string_view path = line.substr(second + 1);
    const bool of_cpu = fmt::format(",{},", controllers).contains(",cpu,");
    if (of_cpu) places.emplace_back(fmt::format("/sys/fs/cgroup/cpu{}/cpu.stat", path));
    if (controllers.empty()) places.emplace_back(fmt::format("/sys/fs/cgroup{}/cpu.stat", path));
  }
  for (const char* root : {"/sys/fs/cgroup/cpu/cpu.stat", "/sys/fs/cgroup/cpu.stat"}) {
    places.emplace_back(root);
  }
  return places;
}

HostFacts parse_host(std::string_view netstat, std::string_view snmp) {
  return {.listen_overflows = value_of(netstat, "TcpExt:", "ListenOverflows"),
          .listen_drops = value_of(netstat, "TcpExt:", "ListenDrops"),
          .request_queue_drops = value_of(netstat, "TcpExt:", "TCPReqQFullDrop"),
          .retransmits = value_of(snmp, "Tcp:", "RetransSegs")};
}

std::optional<Throttling> read_throttling() {
  for (const auto& place : cpu_stat_places(text_of("/proc/self/cgroup"))) {
    if (const auto throttling = parse_throttling(text_of(place))) return throttling;
  }
  return std::nullopt;
}

HostFacts read_host() {
  return parse_host(text_of("/proc/net/netstat"), text_of("/proc/net/snmp"));
}

void add_difference(HostFacts& sum, const HostFacts& start, const HostFacts& end) {
  for (const auto count : kHostCounts) {
    const bool known = start.*count && end.*count && *(end.*count) >= *(start.*count);
    if (!known) continue;
    sum.*count = (sum.*count).value_or(0) + (*(end.*count) - *(start.*count));
  }
}

}  // namespace fairrush::loadgen
