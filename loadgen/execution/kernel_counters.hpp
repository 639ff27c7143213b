#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "analysis/run/facts.hpp"

namespace fairrush::loadgen {

/// What a cgroup with a CPU quota had been denied by a moment.
struct Throttling {
  std::uint64_t periods = 0;
  std::uint64_t ns = 0;
};

/// Reads cpu.stat: nr_throttled, and throttled_time (version 1) or throttled_usec (version 2).
/// Unset when it has no such lines, as where no controller for the CPU is on.
std::optional<Throttling> parse_throttling(std::string_view cpu_stat);

/// Where the cpu.stat of this process may lie, by the text of /proc/self/cgroup: the cgroup's own
/// of either version first, then the mounted root, which is the cgroup's own in a container.
std::vector<std::filesystem::path> cpu_stat_places(std::string_view proc_self_cgroup);

/// Reads the counters of /proc/net/netstat and /proc/net/snmp, which come as a line of names and a
/// line of values; those that are not there are unset.
analysis::HostFacts parse_host(std::string_view netstat, std::string_view snmp);

/// Of this process's cgroup, and of this machine, up to now.
std::optional<Throttling> read_throttling();
analysis::HostFacts read_host();

/// Adds what was counted from `start` to `end`, where both know it.
void add_difference(analysis::HostFacts& sum, const analysis::HostFacts& start,
                    const analysis::HostFacts& end);

}  // namespace fairrush::loadgen
