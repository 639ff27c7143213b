#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/transport/transport.hpp"

namespace fairrush::loadgen {

/// What the kernel lets a process have.
struct MachineLimits {
  std::uint64_t descriptors_hard = 0;  ///< a process may raise its own limit to this
  std::uint64_t ports = 0;             ///< local ports for outgoing connections; 0: not known
  unsigned processors = 1;             ///< this process may run on
  bool io_uring = false;               ///< a transport over it works
};
MachineLimits read_machine_limits();

/// Most connections that the instrument of one shard can have open at once; `scenario` is its part.
std::uint64_t connections_max(const Scenario& scenario, const Plan& plan, Shard shard = {});

/// How the connections of a run are spread over the machine.
struct Wiring {
  TransportKind transport = TransportKind::asio;
  std::uint32_t workers = 1;
  std::uint32_t sockets_per_worker = 1;           ///< a worker's transport holds at most so many
  std::vector<boost::asio::ip::address> sources;  ///< they leave from; empty: the kernel's choice
};

/// Where the targets are, as far as it matters to sockets.
struct Targets {
  std::uint64_t instances = 1;
  bool loopback = false;  ///< all of them
  bool built_in = false;  ///< a server on this machine, within the same limits
};

/// As far as it can be told before anything was started; a name that does not resolve is nowhere.
Targets targets_of(const Scenario& scenario);

/// Finds a way to have `connections` open at once within `limits`: the transport that was asked for
/// or the best there is, enough threads for rings to hold all sockets, further source addresses
/// when the ports of one would run out. The error says what is missing and the command or key that
/// mends it.
std::expected<Wiring, std::string> plan_wiring(const Scenario& scenario, std::uint64_t connections,
                                               const Targets& targets, const MachineLimits& limits);

/// Raises this process's descriptor limit, which children inherit, to fit `connections`.
void raise_descriptor_limit(std::uint64_t connections);

}  // namespace fairrush::loadgen
