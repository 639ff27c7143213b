#include "loadgen/execution/validity.hpp"

#include <algorithm>

#include "analysis/latency/lags.hpp"

namespace fairrush::loadgen {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

analysis::DelayFacts delay_facts(const analysis::Histogram& delays) {
  return {.p50_ns = delays.value_at(0.5), .p99_ns = delays.value_at(0.99), .max_ns = delays.max()};
}

std::optional<analysis::ThrottleFacts> throttle_facts(const std::optional<Throttling>& sum) {
  if (!sum) return std::nullopt;
  return analysis::ThrottleFacts{.periods = sum->periods,
                                 .seconds = static_cast<double>(sum->ns) * 1e-9};
}

}  // namespace

Duration window_error(const ClockOffset& start, const ClockOffset& now) {
  const Duration drift = std::chrono::abs(now.offset - start.offset);
  return start.error + std::max(Duration::zero(), drift - now.error);
}

void MachineUse::add_round(const UseSample& start, const UseSample& end) {
  const MachineSample& before = start.machine;
  const MachineSample& after = end.machine;
  if (!began) began = {.steady = before.steady, .wall = before.wall};
  ended = {.steady = after.steady, .wall = after.wall};
  played += after.steady - before.steady;
  cpu_seconds += after.cpu_seconds - before.cpu_seconds;
  target_cpu_seconds += end.target.cpu_seconds - start.target.cpu_seconds;
  memory_peak_bytes = std::max(memory_peak_bytes, after.memory_peak_bytes);
  target_memory_peak_bytes = std::max(target_memory_peak_bytes, end.target.memory_peak_bytes);
  processors.total += after.processors.total - before.processors.total;
  processors.stolen += after.processors.stolen - before.processors.stolen;
  if (before.throttling && after.throttling) {
    if (!throttling) throttling.emplace();
    throttling->periods += after.throttling->periods - before.throttling->periods;
    throttling->ns += after.throttling->ns - before.throttling->ns;
  }
  add_difference(host, before.host, after.host);
}

void InstrumentSamples::add_round(const Fleet& fleet) {
  delays.merge(fleet.delays());
  threads = std::max(threads, fleet.threads());
  const ThreadUse worst = fleet.thread_use();
  threads_worst.share_max = std::max(threads_worst.share_max, worst.share_max);
  threads_worst.queued_share = std::max(threads_worst.queued_share, worst.queued_share);
  const FleetCounts round = fleet.counts();
  counts.unsent += round.unsent;
  counts.ports_exhausted += round.ports_exhausted;
  counts.descriptors_exhausted += round.descriptors_exhausted;
  counts.held_back += round.held_back;
  counts.connections_max = std::max(counts.connections_max, round.connections_max);
}

analysis::InstrumentFacts instrument_facts(const InstrumentSamples& samples) {
  const MachineUse& use = samples.use;
  const FleetCounts& counts = samples.counts;
  const ClockReading began = use.began.value_or(use.ended);
  const Duration step = (use.ended.wall - began.wall) - (use.ended.steady - began.steady);
  return {
      .wiring = {},
      .threads = samples.threads,
      .connections_max = static_cast<unsigned>(counts.connections_max),
      .lag_p50_ns = samples.delays.lag.value_at(0.5),
      .lag_p99_ns = samples.delays.lag.value_at(0.99),
      .lag_max_ns = samples.delays.lag.max(),
      .lag_steps = analysis::lag_steps(samples.delays.lag),
      .reservations = samples.delays.reservations,
      .claims = samples.delays.claims,
      .for_connection = delay_facts(samples.delays.for_connection),
      .connecting = delay_facts(samples.delays.connecting),
      .loop = delay_facts(samples.delays.loop),
      .reading = delay_facts(samples.delays.reading),
      .thread_share_max = samples.threads_worst.share_max,
      .queued_share = samples.threads_worst.queued_share,
      .throttled = throttle_facts(use.throttling),
      .host = use.host,
      .cpu_seconds = use.cpu_seconds,
      .target_cpu_seconds = use.target_cpu_seconds,
      .memory_peak_bytes = use.memory_peak_bytes,
      .target_memory_peak_bytes = use.target_memory_peak_bytes,
      .wall_seconds = std::chrono::duration<double>(use.played).count(),
      .steal_share = share(use.processors.stolen, use.processors.total),
      .clock_step_ns = step.count(),
      .clock_offset_ns = samples.clocks.offset.count(),
      .clock_error_ns = samples.clocks.error.count(),
      .unsent = counts.unsent,
      .ports_exhausted = counts.ports_exhausted,
      .descriptors_exhausted = counts.descriptors_exhausted,
      .held_back = counts.held_back,
      .selftest = {},
  };
}

}  // namespace fairrush::loadgen
