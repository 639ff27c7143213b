#include "loadgen/execution/fleet.hpp"

#include <algorithm>

#include "loadgen/execution/machine.hpp"

namespace fairrush::loadgen {

std::uint32_t workers_for(const Scenario& scenario, unsigned processors) {
  std::uint32_t workers = scenario.threads == 0 ? processors : scenario.threads;
  workers = std::min(workers, scenario.users);
  if (scenario.connection_mode != ConnectionMode::per_user) {
    workers = std::min(workers, scenario.connections);
  }
  return std::max(1U, workers);
}

TransportKind transport_for(TransportChoice choice) {
  switch (choice) {
    case TransportChoice::asio:
      return TransportKind::asio;
    case TransportChoice::io_uring:
      return TransportKind::io_uring;
    case TransportChoice::best:
      break;
  }
  return io_uring_missing() ? TransportKind::asio : TransportKind::io_uring;
}

Fleet::Fleet(const FleetSpec& spec) {
  const std::uint32_t count = workers_for(spec.scenario, processors_available());
  const std::uint32_t connections = spec.scenario.connections;
  for (std::uint32_t index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(
        WorkerSpec{.plan = spec.plan,
                   .shard = {.index = index, .count = count},
                   .target = spec.target,
                   .requests = spec.requests,
                   .clock = spec.clock,
                   .epoch = spec.epoch,
                   .history = spec.history,
                   .transport = transport_for(spec.scenario.transport),
                   .mode = spec.scenario.connection_mode,
                   .connections = connections / count + (index < connections % count ? 1 : 0),
                   .attempt_timeout = spec.scenario.attempt_timeout,
                   .pacing = spec.scenario.pacing,
                   .resolve_by_status = spec.scenario.winners.read_status.of_one > 0}));
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
