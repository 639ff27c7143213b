#include "loadgen/execution/fleet.hpp"

#include <algorithm>

namespace fairrush::loadgen {

Fleet::Fleet(const FleetSpec& spec) {
  const Scenario& scenario = spec.scenario;
  const std::uint32_t count = spec.wiring.workers;
  const std::uint32_t connections = scenario.connections;
  for (std::uint32_t index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(
        WorkerSpec{.plan = spec.plan,
                   .shard = spec.shard.part(index, count),
                   .instances = spec.instances,
                   .clock = spec.clock,
                   .epoch = spec.epoch,
                   .history = spec.history,
                   .transport = {.kind = spec.wiring.transport,
                                 .clock = spec.clock,
                                 .sockets_max = spec.wiring.sockets_per_worker,
                                 .sources = spec.wiring.sources,
                                 .tls = spec.tls,
                                 .server_name = spec.server_name,
                                 .streams = scenario.streams},
                   .mode = scenario.connection_mode,
                   .connections = connections / count + (index < connections % count ? 1 : 0),
                   .openings = {scenario.open_rate.per_second / count},
                   .keep_between_phases = scenario.keep_between_phases,
                   .attempt_timeout = scenario.attempt_timeout,
                   .pacing = scenario.pacing,
                   .resolve_by_status = scenario.winners.read_status.of_one > 0}));
  }
}

void Fleet::stop() {
  for (const auto& worker : workers_) worker->stop();
}

bool Fleet::finished() {
  const bool storage_failed = std::ranges::any_of(
      workers_, [](const auto& worker) { return worker->finished() && worker->storage_failure(); });
  if (storage_failed) stop();
  return std::ranges::all_of(workers_, [](const auto& worker) { return worker->finished(); });
}

void Fleet::join() {
  for (const auto& worker : workers_) worker->join();
}

FleetCounts Fleet::counts() const {
  FleetCounts sum;
  for (const auto& worker : workers_) {
    const WorkerCounters& counters = worker->counters();
    sum.sent += counters.sent.value();
    sum.reservations_done += counters.reservations_done.value();
    sum.claims_done += counters.claims_done.value();
    sum.in_flight += counters.in_flight.value();
    sum.wins += counters.wins.value();
    sum.errors += counters.errors.value();
    sum.unsent += counters.unsent.value();
    sum.ports_exhausted += counters.ports_exhausted.value();
    sum.descriptors_exhausted += counters.descriptors_exhausted.value();
    sum.held_back += counters.held_back.value();
    sum.connections_max += counters.connections_max.value();
  }
  return sum;
}

Measurements Fleet::measured() const {
  Measurements all;
  for (const auto& worker : workers_) all.merge(worker->measured());
  return all;
}

Delays Fleet::delays() const {
  Delays all;
  for (const auto& worker : workers_) all.merge(worker->delays());
  return all;
}

ThreadUse Fleet::thread_use() const {
  ThreadUse worst;
  for (const auto& worker : workers_) {
    const ThreadUse& use = worker->thread_use();
    worst.share_max = std::max(worst.share_max, use.share_max);
    worst.queued_share = std::max(worst.queued_share, use.queued_share);
  }
  return worst;
}

std::optional<std::string> Fleet::storage_failure() const {
  for (const auto& worker : workers_) {
    if (worker->storage_failure()) return worker->storage_failure();
  }
  return std::nullopt;
}

std::optional<std::string> Fleet::failure() const {
  for (const auto& worker : workers_) {
    if (worker->failure()) return worker->failure();
  }
  return std::nullopt;
}

}  // namespace fairrush::loadgen
