#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "analysis/run/facts.hpp"
#include "loadgen/execution/evidence.hpp"
#include "loadgen/execution/fleet.hpp"
#include "loadgen/execution/patience.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/execution/run_files.hpp"
#include "loadgen/execution/service.hpp"
#include "loadgen/execution/validity.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/run.hpp"
#include "loadgen/shards/accord.hpp"
#include "loadgen/target/child_server.hpp"

namespace fairrush::loadgen {

using Step = std::expected<void, RunFailure>;

inline std::unexpected<RunFailure> failed(RunFailure::Kind kind, std::string message) {
  return std::unexpected(RunFailure{kind, std::move(message)});
}

/// Where one instance of the target listens.
struct Listener {
  std::string authority;
  TcpEndpoint endpoint;
};

/// One run from preflight to facts. Every step leaves what the next one needs in the members. When
/// it and its rounds begin is in start.cpp, all else in loadgen/run.cpp.
class RunExecution {
 public:
  RunExecution(const Scenario& scenario, const RunSettings& settings, RunObserver& observer,
               std::stop_token stop)
      : scenario_(scenario),
        settings_(settings),
        accord_(settings.seat),
        part_(part_of(scenario, accord_.shard())),
        observer_(observer),
        stop_(std::move(stop)),
        files_(settings.directory),
        patience_(observer, clock_, stop_) {}

  std::expected<analysis::RunFacts, RunFailure> execute();

 private:
  std::unexpected<RunFailure> not_reached(const std::string& why);
  Step prepare();
  Step read_target();
  Step start_target();
  Step start_server();
  Step secure_users(TlsSettings settings);
  Step reach_target();
  Step play_rounds();
  Step begin_round(std::uint32_t round);
  std::unexpected<RunFailure> not_begun(const std::string& why);
  Step open_event();
  Step join_event();
  void take_note_of_event();
  Step await_start();
  EventOrder order_of_round() const;
  Step play();
  UseSample sample_use() const;
  void watch(Fleet& fleet);
  void interrupt();
  void show(Progress progress);
  FromTarget<void> account_for_drift();
  Step settle_round();
  Step take_evidence();
  void gather_shards();
  std::string name_of_run() const;
  std::string event_name() const;
  void look_after_server();
  Step keep_what_is_known();
  Step finish();
  std::int64_t now_ns() const { return (clock_.steady_now() - epoch_).count(); }
  void set_epoch(std::int64_t target_ms);
  WallTime target_now() const;
  Awaited until(std::string what, Duration plan_time) const;
  std::int64_t target_ms(std::int64_t plan_ns) const;
  analysis::RoundFacts& round_facts() { return facts_.rounds.back(); }

  const Scenario& scenario_;
  const RunSettings& settings_;
  Accord accord_;
  const Scenario part_;  // as this shard plays it; of a run that is not shared the scenario itself
  RunObserver& observer_;
  std::stop_token stop_;
  RunFiles files_;
  RealClock clock_;
  Patience patience_;
  const Waiting waiting_ = [this](const Awaited& awaited) { return patience_(awaited); };
  analysis::RunFacts facts_;
  InstrumentSamples samples_;
  std::unique_ptr<ChildServer> server_;
  Wiring wiring_;
  std::vector<Listener> listeners_;  // that serve users; the first is the service's
  std::shared_ptr<TlsContext> tls_;  // of users' connections; null: in the clear
  Service service_{scenario_, clock_, waiting_};
  SteadyTime epoch_{};
  std::int64_t epoch_target_ms_ = 0;
  ClockOffset clocks_at_start_;
  // Checked with the scenario, so there is no error in it.
  std::optional<LedgerSource> ledger_source_ =
      ledger_source(scenario_.ledger, scenario_.admin_token).value();
  // Of the round under way.
  std::optional<Plan> plan_;
  EventDocument announced_;
  Issued issued_;  // in all rounds
};

}  // namespace fairrush::loadgen
