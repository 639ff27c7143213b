#include "analysis/merge/instrument.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "analysis/latency/histogram.hpp"
#include "analysis/latency/lags.hpp"

namespace fairrush::analysis {
namespace {

template <typename T>
void raise(T& greatest, const T& one) {
  greatest = std::max(greatest, one);
}

/// Of two that may go either way.
void stray(std::int64_t& furthest, std::int64_t one) {
  if (std::abs(one) > std::abs(furthest)) furthest = one;
}

void raise_delay(DelayFacts& greatest, const DelayFacts& one) {
  raise(greatest.p50_ns, one.p50_ns);
  raise(greatest.p99_ns, one.p99_ns);
  raise(greatest.max_ns, one.max_ns);
}

void raise_throttling(std::optional<ThrottleFacts>& greatest,
                      const std::optional<ThrottleFacts>& one) {
  if (!one) return;
  if (!greatest) greatest.emplace();
  raise(greatest->periods, one->periods);
  raise(greatest->seconds, one->seconds);
}

void raise_host(HostFacts& greatest, const HostFacts& one) {
  raise(greatest.listen_overflows, one.listen_overflows);
  raise(greatest.listen_drops, one.listen_drops);
  raise(greatest.request_queue_drops, one.request_queue_drops);
  raise(greatest.retransmits, one.retransmits);
}

void add_delays(InstrumentFacts& all, const InstrumentFacts& one) {
  raise(all.lag_max_ns, one.lag_max_ns);
  all.reservations.add(one.reservations);
  all.claims.add(one.claims);
  raise_delay(all.for_connection, one.for_connection);
  raise_delay(all.connecting, one.connecting);
  raise_delay(all.loop, one.loop);
  raise_delay(all.reading, one.reading);
  all.unsent += one.unsent;
  all.ports_exhausted += one.ports_exhausted;
  all.descriptors_exhausted += one.descriptors_exhausted;
  all.held_back += one.held_back;
}

void add_use(InstrumentFacts& all, const InstrumentFacts& one) {
  all.threads += one.threads;
  all.connections_max += one.connections_max;
  raise(all.thread_share_max, one.thread_share_max);
  raise(all.queued_share, one.queued_share);
  raise_throttling(all.throttled, one.throttled);
  raise_host(all.host, one.host);
  all.cpu_seconds += one.cpu_seconds;
  all.target_cpu_seconds += one.target_cpu_seconds;
  all.memory_peak_bytes += one.memory_peak_bytes;
  raise(all.target_memory_peak_bytes, one.target_memory_peak_bytes);
  raise(all.wall_seconds, one.wall_seconds);
  raise(all.steal_share, one.steal_share);
}

void add_clocks(InstrumentFacts& all, const InstrumentFacts& one) {
  stray(all.clock_step_ns, one.clock_step_ns);
  stray(all.clock_offset_ns, one.clock_offset_ns);
  raise(all.clock_error_ns, one.clock_error_ns);
}

/// "asio and io_uring": each that a shard had, once.
WiringFacts combined_wiring(const std::vector<ShardFacts>& shards) {
  std::set<std::string> transports;
  for (const ShardFacts& shard : shards) transports.insert(shard.instrument.wiring.transport);
  return {.transport = fmt::format("{}", fmt::join(transports, " and ")),
          .pacing = shards.front().instrument.wiring.pacing};
}

std::optional<SelfTestFacts> combined_selftest(const std::vector<ShardFacts>& shards) {
  std::optional<SelfTestFacts> all = shards.front().instrument.selftest;
  for (const ShardFacts& shard : shards) {
    const auto& one = shard.instrument.selftest;
    if (!all || !one) return std::nullopt;
    all->measured_at = std::min(all->measured_at, one->measured_at);
    raise(all->error_p50_ns, one->error_p50_ns);
    raise(all->error_p99_ns, one->error_p99_ns);
    raise(all->click_error_p99_ns, one->click_error_p99_ns);
    all->passed = all->passed && one->passed;
  }
  return all;
}

}  // namespace

InstrumentFacts combined_instrument(const std::vector<ShardFacts>& shards) {
  InstrumentFacts all;
  Histogram lags;
  for (const ShardFacts& shard : shards) {
    add_delays(all, shard.instrument);
    add_use(all, shard.instrument);
    add_clocks(all, shard.instrument);
    for (const CountedDelay& lag : shard.lags) lags.record(lag.delay_ns, lag.count);
  }
  all.lag_p50_ns = lags.value_at(0.5);
  all.lag_p99_ns = lags.value_at(0.99);
  all.lag_steps = lag_steps(lags);
  if (!all.lag_steps.empty()) all.lag_steps.back().up_to_ns = all.lag_max_ns;
  all.wiring = combined_wiring(shards);
  all.selftest = combined_selftest(shards);
  if (all.selftest) all.selftest->wiring = all.wiring;
  return all;
}

}  // namespace fairrush::analysis
