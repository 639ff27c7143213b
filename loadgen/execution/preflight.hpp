#pragma once

#include <cstdint>
#include <expected>
#include <string>

#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// What the kernel lets a process have.
struct MachineLimits {
  std::uint64_t descriptors_hard = 0;  ///< a process may raise its own limit to this
  std::uint64_t ports = 0;             ///< local ports for outgoing connections
};
MachineLimits read_machine_limits();

/// Most connections the instrument can have open at once.
std::uint64_t connections_max(const Scenario& scenario, const Plan& plan);

/// Whether `connections` open at once fit into `limits`. The error says what is missing and the
/// command or key that mends it.
std::expected<void, std::string> check_limits(std::uint64_t connections,
                                              const MachineLimits& limits);

/// Raises this process's descriptor limit, which children inherit, to fit `connections`.
void raise_descriptor_limit(std::uint64_t connections);

}  // namespace fairrush::loadgen
