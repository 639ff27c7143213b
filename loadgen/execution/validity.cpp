#include "loadgen/execution/validity.hpp"

#include <algorithm>

namespace fairrush::loadgen {

Duration window_error(const ClockOffset& start, const ClockOffset& now) {
  const Duration drift = std::chrono::abs(now.offset - start.offset);
  return start.error + std::max(Duration::zero(), drift - now.error);
}

analysis::InstrumentFacts instrument_facts(const InstrumentSamples& samples) {
  const MachineSample& start = samples.start;
  const MachineSample& end = samples.end;
  const Duration passed = end.steady - start.steady;
  const Duration passed_by_wall = end.wall - start.wall;
  const std::uint64_t ticks = end.processors.total - start.processors.total;
  const std::uint64_t stolen = end.processors.stolen - start.processors.stolen;
  return {
      .threads = samples.threads,
      .connections_max = samples.connections_max,
      .lag_p50_ns = samples.delays.lag.value_at(0.5),
      .lag_p99_ns = samples.delays.lag.value_at(0.99),
      .lag_max_ns = samples.delays.lag.max(),
      .cpu_seconds = end.cpu_seconds - start.cpu_seconds,
      .target_cpu_seconds = samples.target_end.cpu_seconds - samples.target_start.cpu_seconds,
      .memory_peak_bytes = end.memory_peak_bytes,
      .target_memory_peak_bytes = samples.target_end.memory_peak_bytes,
      .wall_seconds = std::chrono::duration<double>(passed).count(),
      .steal_share = ticks == 0 ? 0.0 : static_cast<double>(stolen) / static_cast<double>(ticks),
      .clock_step_ns = (passed_by_wall - passed).count(),
      .clock_offset_ns = samples.clocks.offset.count(),
      .clock_error_ns = samples.clocks.error.count(),
      .unsent = samples.unsent,
  };
}

std::vector<analysis::CountedDelay> counted(const analysis::Histogram& delays) {
  std::vector<analysis::CountedDelay> counted;
  for (const analysis::Histogram::Bucket& bucket : delays.buckets()) {
    counted.push_back({.delay_ns = bucket.highest, .count = bucket.count});
  }
  return counted;
}

}  // namespace fairrush::loadgen
