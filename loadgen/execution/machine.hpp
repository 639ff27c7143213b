#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "loadgen/execution/kernel_counters.hpp"

namespace fairrush::loadgen {

/// Ticks of all processors together since boot, as /proc/stat counts them.
struct ProcessorTime {
  std::uint64_t total = 0;
  std::uint64_t stolen = 0;  ///< by the hypervisor
};

/// Reads the first line of /proc/stat; zeros when it has another form.
ProcessorTime parse_processor_time(std::string_view stat);

/// What the instrument's process and machine had used at one moment.
struct MachineSample {
  SteadyTime steady{};
  WallTime wall{};
  double cpu_seconds = 0;  ///< user + system, of this process
  std::uint64_t memory_peak_bytes = 0;
  ProcessorTime processors;
  std::optional<Throttling> throttling;
  analysis::HostFacts host;
};

MachineSample sample_machine(const Clock& clock);

/// One line for people: CPU, cores, memory, kernel.
std::string machine_line();

/// Processors this process may run on; at least 1.
unsigned processors_available();

}  // namespace fairrush::loadgen
