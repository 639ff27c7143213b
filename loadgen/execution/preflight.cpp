#include "loadgen/execution/preflight.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>

namespace fairrush::loadgen {
namespace {

/// Files, timers and pipes besides the connections, on either side.
constexpr std::uint64_t kOtherDescriptors = 64;

std::uint64_t descriptors_for(std::uint64_t connections) {
  return connections + kOtherDescriptors;
}

}  // namespace

MachineLimits read_machine_limits() {
  MachineLimits limits;
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  limits.descriptors_hard = descriptors.rlim_max;
  std::ifstream range("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (range >> low >> high && high >= low) limits.ports = high - low + 1;
  return limits;
}

std::uint64_t connections_max(const Scenario& scenario, const Plan& plan) {
  if (scenario.connection_mode != ConnectionMode::per_user) return scenario.connections;
  const Population& population = plan.population();
  std::uint64_t connections = 0;
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const bool clicks_twice = population.persona_of(UserIndex(index)) == Persona::double_clicker;
    connections += clicks_twice ? 2 : 1;
  }
  return connections;
}

std::expected<void, std::string> check_limits(std::uint64_t connections,
                                              const MachineLimits& limits) {
  if (const auto needed = descriptors_for(connections); needed > limits.descriptors_hard) {
    return std::unexpected(
        fmt::format("{} connections need {} file descriptors on either side, but the hard limit is "
                    "{}: raise it "
                    "with 'ulimit -Hn {}' as root, or set connections.mode = \"pool\"",
                    format_count(connections), format_count(needed),
                    format_count(limits.descriptors_hard), needed));
  }
  if (connections > limits.ports && limits.ports != 0) {
    return std::unexpected(fmt::format(
        "{} connections need as many local ports, but there are {}: widen the range with 'sysctl "
        "-w "
        "net.ipv4.ip_local_port_range=\"1024 65535\"', or set connections.mode = \"pool\"",
        format_count(connections), format_count(limits.ports)));
  }
  return {};
}

void raise_descriptor_limit(std::uint64_t connections) {
  rlimit descriptors{};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  const rlim_t wanted = std::min<rlim_t>(descriptors_for(connections), descriptors.rlim_max);
  if (descriptors.rlim_cur >= wanted) return;
  descriptors.rlim_cur = wanted;
  setrlimit(RLIMIT_NOFILE, &descriptors);
}

}  // namespace fairrush::loadgen
