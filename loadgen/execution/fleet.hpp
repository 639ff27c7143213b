#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/history/writer.hpp"
#include "base/clock.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/wire/worker.hpp"

namespace fairrush::loadgen {

/// What the workers of a run share. All references outlive them.
struct FleetSpec {
  const Scenario& scenario;
  const Plan& plan;
  const Clock& clock;
  analysis::HistoryFile& history;
  std::vector<Instance> instances;  ///< of the target; at least one
  const Wiring& wiring;
  SteadyTime epoch;
  Shard shard = {};                           ///< of the plan; its workers share it
  std::shared_ptr<TlsContext> tls = nullptr;  ///< null: in the clear
  std::string server_name = {};               ///< that certificates must be for
};

/// Sums over all workers.
struct FleetCounts {
  std::uint64_t sent = 0;
  std::uint64_t reservations_done = 0;
  std::uint64_t claims_done = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t wins = 0;
  std::uint64_t errors = 0;
  std::uint64_t unsent = 0;
  std::uint64_t ports_exhausted = 0;
  std::uint64_t descriptors_exhausted = 0;
  std::uint64_t held_back = 0;
  std::uint64_t connections_max = 0;
};

/// All workers of a run, one thread each, each with its shard of the plan. One thread: the owner's.
class Fleet {
 public:
  explicit Fleet(const FleetSpec& spec);

  /// Asks all workers to end early.
  void stop();

  /// Every attempt has been recorded. A worker that cannot write the history stops the others.
  bool finished();

  /// Waits for the workers. Call before `delays`, `thread_use`, `storage_failure` and `failure`.
  void join();

  FleetCounts counts() const;
  /// Of all workers, as far as they have published it.
  Measurements measured() const;
  Delays delays() const;
  /// Each figure of the worker for which it is greatest.
  ThreadUse thread_use() const;
  std::optional<std::string> storage_failure() const;
  std::optional<std::string> failure() const;
  unsigned threads() const { return static_cast<unsigned>(workers_.size()); }

 private:
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace fairrush::loadgen
