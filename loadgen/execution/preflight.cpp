#include "loadgen/execution/preflight.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>

#include "base/options.hpp"
#include "loadgen/execution/machine.hpp"
#include "loadgen/target/http_call.hpp"

namespace fairrush::loadgen {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;

/// Files, timers and pipes besides the connections, on either side.
constexpr std::uint64_t kOtherDescriptors = 64;

std::uint64_t descriptors_for(std::uint64_t connections) {
  return connections + kOtherDescriptors;
}

/// Shards are alike in size, not equal, and a socket that is being closed still has its place.
std::uint64_t sockets_for(std::uint64_t connections, std::uint64_t workers) {
  const std::uint64_t share = (connections + workers - 1) / workers;
  return share + share / 8 + kOtherDescriptors;
}

std::uint32_t workers_for(const Scenario& scenario, unsigned processors) {
  std::uint32_t workers = scenario.threads == 0 ? processors : scenario.threads;
  workers = std::min(workers, scenario.users);
  // A worker without a seat in a closed loop could not let its users click.
  workers = std::min(workers, smallest_loop(scenario).value_or(workers));
  if (scenario.connection_mode != ConnectionMode::per_user) {
    workers = std::min(workers, scenario.connections);
  }
  return std::max(1U, workers);
}

std::unexpected<std::string> too_few_descriptors(std::uint64_t connections, std::uint64_t needed,
                                                 const MachineLimits& limits,
                                                 std::string_view further) {
  return std::unexpected(fmt::format(
      "{} connections need {} file descriptors{}, but the hard limit is {}: raise it with "
      "'ulimit -Hn {}' as root, {}or set connections.mode = \"pool\"",
      format_count(connections), format_count(needed),
      limits.io_uring ? " on the side of the target" : "", format_count(limits.descriptors_hard),
      needed, further));
}

/// Over Asio a process holds its sockets as descriptors; a ring holds its own, as many each.
std::expected<void, std::string> choose_workers(Wiring& wiring, const Scenario& scenario,
                                                std::uint64_t connections,
                                                const MachineLimits& limits) {
  wiring.workers = workers_for(scenario, limits.processors);
  if (wiring.transport == TransportKind::asio) {
    const std::uint64_t needed = descriptors_for(connections);
    if (needed <= limits.descriptors_hard) return {};
    const bool forgone = limits.io_uring && scenario.transport == TransportChoice::asio;
    return too_few_descriptors(connections, needed, limits,
                               forgone ? "leave connections.transport to \"best\", " : "");
  }
  while (sockets_for(connections, wiring.workers) > limits.descriptors_hard &&
         wiring.workers < kThreadsMax) {
    ++wiring.workers;
  }
  if (sockets_for(connections, wiring.workers) > limits.descriptors_hard) {
    return std::unexpected(fmt::format(
        "{} connections are more than {} threads hold with {} sockets each: raise that limit with "
        "'ulimit -Hn' as root, or set connections.mode = \"pool\"",
        format_count(connections), wiring.workers, format_count(limits.descriptors_hard)));
  }
  if (scenario.threads != 0 && wiring.workers > scenario.threads) {
    return std::unexpected(fmt::format(
        "{} connections need {} threads with {} sockets each: set connections.threads to that or "
        "to 0",
        format_count(connections), wiring.workers, format_count(limits.descriptors_hard)));
  }
  if (const auto users = smallest_loop(scenario); users && wiring.workers > *users) {
    return std::unexpected(fmt::format(
        "{} connections need {} threads with {} sockets each, and a closed loop of {} is for no "
        "more threads than that: set its users to as many, or connections.mode = \"pool\"",
        format_count(connections), wiring.workers, format_count(limits.descriptors_hard), *users));
  }
  return {};
}

/// Past half of the ports of one source and one target, to connect takes fifty times as long: the
/// kernel tries ports at random and looks for a free one.
std::expected<void, std::string> choose_sources(Wiring& wiring, const Scenario& scenario,
                                                std::uint64_t connections, const Targets& targets,
                                                const MachineLimits& limits) {
  for (const std::string& text : scenario.sources) {
    boost::system::error_code unread;
    wiring.sources.push_back(boost::asio::ip::make_address(text, unread));
  }
  if (limits.ports == 0) return {};
  const std::uint64_t easy = std::max<std::uint64_t>(1, limits.ports / 2) * targets.instances;
  if (wiring.sources.empty() && targets.loopback && connections > easy) {
    const std::uint64_t wanted = (connections + easy - 1) / easy;
    for (std::uint32_t host = 1; host <= wanted; ++host) {
      wiring.sources.push_back(address(address_v4(address_v4::loopback().to_uint() + host)));
    }
  }
  const std::uint64_t sources = std::max<std::size_t>(1, wiring.sources.size());
  const std::uint64_t possible = limits.ports * targets.instances * sources;
  if (connections <= possible) return {};
  return std::unexpected(fmt::format(
      "{} connections need as many local ports, but there are {}: widen the range with 'sysctl -w "
      "net.ipv4.ip_local_port_range=\"1024 65535\"', name further addresses of this machine in "
      "connections.sources, or set connections.mode = \"pool\"",
      format_count(connections), format_count(possible)));
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
  limits.processors = processors_available();
  limits.io_uring = !io_uring_missing();
  return limits;
}

std::uint64_t connections_max(const Scenario& scenario, const Plan& plan, Shard shard) {
  if (scenario.connection_mode != ConnectionMode::per_user) return scenario.connections;
  const Population& population = plan.population();
  std::uint64_t connections = 0;
  for (std::uint32_t index = shard.index; index < population.size(); index += shard.count) {
    const bool clicks_twice = population.persona_of(UserIndex(index)) == Persona::double_clicker;
    connections += clicks_twice ? 2 : 1;
  }
  return connections;
}

Targets targets_of(const Scenario& scenario) {
  Targets targets{
      .instances = 1 + scenario.instances.size(), .loopback = true, .built_in = !scenario.url};
  std::vector<std::string> urls = scenario.instances;
  if (scenario.url) urls.push_back(*scenario.url);
  for (const std::string& url : urls) {
    const auto address = parse_target_url(url);
    const auto endpoint = address ? resolve(*address) : std::unexpected(address.error());
    if (!endpoint || !endpoint->address().is_loopback()) targets.loopback = false;
  }
  return targets;
}

std::expected<Wiring, std::string> plan_wiring(const Scenario& scenario, std::uint64_t connections,
                                               const Targets& targets,
                                               const MachineLimits& limits) {
  Wiring wiring;
  const bool uring = scenario.transport == TransportChoice::io_uring ||
                     (scenario.transport == TransportChoice::best && limits.io_uring);
  if (uring && !limits.io_uring) {
    return std::unexpected(
        "connections.transport = \"io_uring\" does not work here: set it to \"best\" or \"asio\"");
  }
  wiring.transport = uring ? TransportKind::io_uring : TransportKind::asio;
  const std::uint64_t needed = descriptors_for(connections);
  if (targets.built_in && needed > limits.descriptors_hard) {
    return too_few_descriptors(connections, needed, limits, "");
  }
  if (const auto enough = choose_workers(wiring, scenario, connections, limits); !enough) {
    return std::unexpected(enough.error());
  }
  wiring.sockets_per_worker = static_cast<std::uint32_t>(
      std::min(sockets_for(connections, wiring.workers), limits.descriptors_hard));
  if (const auto enough = choose_sources(wiring, scenario, connections, targets, limits); !enough) {
    return std::unexpected(enough.error());
  }
  return wiring;
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
