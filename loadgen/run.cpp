#include "loadgen/run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "analysis/history/writer.hpp"
#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/evidence.hpp"
#include "loadgen/execution/fleet.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/execution/validity.hpp"
#include "loadgen/execution/watch.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/target/child_server.hpp"
#include "loadgen/target/target_client.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;
using Kind = RunFailure::Kind;
using Step = std::expected<void, RunFailure>;

constexpr Duration kLookEvery = milliseconds(20);
constexpr Duration kProgressEvery = milliseconds(200);
/// From the moment the windows are decided to the run's epoch: creating event and workers.
constexpr Duration kSetUpTime = milliseconds(200);
/// After the target's clock has passed the close of the rush.
constexpr Duration kCloseMargin = milliseconds(50);
constexpr std::int64_t kMillisecond_ns = 1'000'000;

std::unexpected<RunFailure> failed(Kind kind, std::string message) {
  return std::unexpected(RunFailure{kind, std::move(message)});
}

std::vector<std::string> cohort_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Cohort& cohort : scenario.cohorts) names.push_back(cohort.name);
  return names;
}

/// One run from preflight to facts. Every step leaves what the next one needs in the members.
class RunExecution {
 public:
  RunExecution(const Scenario& scenario, const RunSettings& settings, RunObserver& observer,
               std::stop_token stop)
      : scenario_(scenario),
        settings_(settings),
        observer_(observer),
        stop_(std::move(stop)),
        directory_{settings.directory} {}

  std::expected<analysis::RunFacts, RunFailure> execute();

 private:
  Step prepare();
  Step start_target();
  Step reach_target();
  Step play_rounds();
  void begin_round(std::uint32_t round);
  Step open_event();
  FromTarget<EventDocument> create_event(EventOrder& order);
  Step play();
  void watch(Fleet& fleet);
  void show(Progress progress);
  void account_for_drift();
  Step settle_round();
  Step finish();
  std::int64_t now_ns() const { return (clock_.steady_now() - epoch_).count(); }
  void set_epoch(Duration from_now);
  std::int64_t target_ms(std::int64_t plan_ns) const;
  analysis::RoundFacts& round_facts() { return facts_.rounds.back(); }

  const Scenario& scenario_;
  const RunSettings& settings_;
  RunObserver& observer_;
  std::stop_token stop_;
  analysis::RunDirectory directory_;
  RealClock clock_;
  analysis::RunFacts facts_;
  InstrumentSamples samples_;
  std::unique_ptr<analysis::HistoryFile> history_;
  std::unique_ptr<ChildServer> server_;
  TargetAddress address_;
  std::optional<TargetClient> client_;
  SteadyTime epoch_{};
  std::int64_t epoch_target_ms_ = 0;
  ClockOffset clocks_at_start_;
  // Checked with the scenario, so there is no error in it.
  const std::optional<LedgerSource> ledger_source_ =
      ledger_source(scenario_.ledger, scenario_.admin_token).value();
  // Of the round under way.
  std::optional<Plan> plan_;
  EventDocument announced_;
  Issued issued_;  // in all rounds
};

std::expected<analysis::RunFacts, RunFailure> RunExecution::execute() {
  using Method = Step (RunExecution::*)();
  constexpr Method kSteps[] = {&RunExecution::prepare, &RunExecution::start_target,
                               &RunExecution::reach_target, &RunExecution::play_rounds,
                               &RunExecution::finish};
  for (const Method step : kSteps) {
    if (const Step done = (this->*step)(); !done) return std::unexpected(done.error());
  }
  return std::move(facts_);
}

Step RunExecution::prepare() {
  const std::uint64_t connections = connections_max(scenario_, Plan(scenario_));
  if (const auto fits = check_limits(connections, read_machine_limits()); !fits) {
    return failed(Kind::configuration, fits.error());
  }
  raise_descriptor_limit(connections);
  facts_ = describe_run(scenario_);
  if (const auto written = write_file(directory_.scenario(), scenario_.source); !written) {
    return failed(Kind::storage, written.error());
  }
  auto history = analysis::HistoryFile::create(directory_.history());
  if (!history) return failed(Kind::storage, history.error());
  history_ = std::move(*history);
  return {};
}

Step RunExecution::start_target() {
  if (scenario_.url) {
    auto address = parse_target_url(*scenario_.url);
    if (!address) return failed(Kind::configuration, "target.url: " + address.error());
    address_ = std::move(*address);
    return {};
  }
  if (access(settings_.server_binary.c_str(), X_OK) != 0) {
    return failed(Kind::configuration,
                  fmt::format("the built-in target '{}' is not an executable file: build it with "
                              "'./dev build', or set target.url",
                              settings_.server_binary.string()));
  }
  auto server = ChildServer::start({.binary = settings_.server_binary,
                                    .directory = settings_.directory,
                                    .target = scenario_.builtin,
                                    .admin_token = scenario_.admin_token,
                                    .jwt_secret = scenario_.jwt_secret});
  if (!server) return failed(Kind::unreachable, server.error());
  server_ = std::move(*server);
  address_ = server_->address();
  return {};
}

Step RunExecution::reach_target() {
  client_.emplace(address_, scenario_.admin_token, clock_);
  const auto clocks = client_->compare_clocks();
  if (!clocks) {
    return failed(Kind::unreachable, "the target cannot be reached: " + clocks.error().message);
  }
  samples_.clocks = *clocks;
  return {};
}

/// Every round with a run of its own on the target, until all are played or the run is stopped.
Step RunExecution::play_rounds() {
  for (std::uint32_t round = 0; round < scenario_.rounds; ++round) {
    begin_round(round);
    if (const Step opened = open_event(); !opened) {
      if (round == 0) return opened;
      // What the rounds before have shown is not lost for it.
      facts_.rounds.pop_back();
      facts_.ended_early =
          fmt::format("round {} could not begin: {}", round + 1, opened.error().message);
      break;
    }
    for (const auto step : {&RunExecution::play, &RunExecution::settle_round}) {
      if (const Step done = (this->*step)(); !done) return done;
    }
    if (facts_.interrupted) break;
  }
  return {};
}

/// Target's wall clock in milliseconds at `plan_ns` after the epoch.
std::int64_t RunExecution::target_ms(std::int64_t plan_ns) const {
  return epoch_target_ms_ + plan_ns / kMillisecond_ns;
}

/// The epoch lies on a whole millisecond of the target's clock, so that the windows in the event
/// are those of the plan exactly.
void RunExecution::set_epoch(Duration from_now) {
  const ClockReading now = read_clocks(clock_);
  samples_.clocks.error += now.error;
  clocks_at_start_ = samples_.clocks;
  const WallTime theirs = now.wall + samples_.clocks.offset;
  const auto epoch = std::chrono::ceil<milliseconds>(theirs + from_now);
  epoch_ = now.steady + (epoch - theirs);
  epoch_target_ms_ = epoch.time_since_epoch().count();
  const auto started = std::chrono::floor<std::chrono::seconds>(epoch - samples_.clocks.offset);
  facts_.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", started);
}

/// Decides when the round takes place: the first at the run's epoch, the others as soon as they
/// are prepared.
void RunExecution::begin_round(std::uint32_t round) {
  const SteadyTime start = clock_.steady_now();
  const analysis::PlannedAttempts planned = Plan(scenario_, round).planned();
  const Duration set_up = kSetUpTime + (clock_.steady_now() - start);
  std::int64_t start_ns = 0;
  if (round == 0) {
    set_epoch(set_up);
    facts_.rounds.clear();
  } else {
    start_ns = (now_ns() + set_up.count()) / kMillisecond_ns * kMillisecond_ns;
  }
  plan_.emplace(scenario_, round, start_ns);
  facts_.rounds.push_back({.reservation = plan_->reservation(),
                           .rush = plan_->rush(),
                           .planned = planned,
                           .announced_roster = {},
                           .announced_coupons = {},
                           .stock = {},
                           .ledger_missing = {},
                           .draw_missing = {}});
}

/// Creates the event before the first round and starts it anew before the others.
Step RunExecution::open_event() {
  EventOrder order{.event = plan_->round() == 0 ? event_id(scenario_) : facts_.event,
                   .design = scenario_.builtin.design,
                   .coupons = scenario_.coupons,
                   .reserve_open_ms = target_ms(plan_->reservation().open_ns),
                   .reserve_close_ms = target_ms(plan_->reservation().close_ns),
                   .claim_open_ms = target_ms(plan_->rush().open_ns),
                   .claim_close_ms = target_ms(plan_->rush().close_ns)};
  const auto opened = plan_->round() == 0 ? create_event(order) : client_->reset_event(order);
  if (!opened) {
    const unsigned status = opened.error().status;
    const bool token_refused = status == 401 || status == 403;
    const bool order_refused = status == 400;
    if (token_refused || order_refused) {
      return failed(Kind::configuration,
                    opened.error().message + (token_refused ? ": check target.admin_token" : ""));
    }
    return failed(Kind::unreachable,
                  "the target does not open the event: " + opened.error().message);
  }
  announced_ = *opened;
  if (plan_->round() > 0) return {};
  facts_.event = order.event;
  facts_.fault = announced_.fault;
  facts_.allocation = allocation_of(announced_.design);
  facts_.attempted = attempted_sightings(scenario_, *plan_, facts_.allocation);
  return {};
}

FromTarget<EventDocument> RunExecution::create_event(EventOrder& order) {
  auto created = client_->create_event(order);
  if (created || created.error().status != 409) return created;
  order.event += fmt::format("-{}", epoch_target_ms_);  // an earlier run left its own
  return client_->create_event(order);
}

Step RunExecution::play() {
  const auto endpoint = resolve(address_);
  if (!endpoint) return failed(Kind::unreachable, endpoint.error());
  const RequestTemplates requests({.authority = address_.authority(),
                                   .event = facts_.event,
                                   .jwt_secret = scenario_.jwt_secret,
                                   .connections = scenario_.connection_mode,
                                   .cohorts = cohort_names(scenario_)});
  if (plan_->round() == 0) {
    samples_.start = sample_machine(clock_);
    if (server_) samples_.target_start = server_->use();
  }
  Fleet fleet({.scenario = scenario_,
               .plan = *plan_,
               .requests = requests,
               .clock = clock_,
               .history = *history_,
               .target = *endpoint,
               .epoch = epoch_});
  watch(fleet);
  fleet.join();
  samples_.end = sample_machine(clock_);
  if (server_) samples_.target_end = server_->use();
  const FleetCounts counts = fleet.counts();
  samples_.lag.merge(fleet.lag());
  samples_.threads = fleet.threads();
  samples_.connections_max =
      std::max(samples_.connections_max, static_cast<unsigned>(counts.connections_max));
  samples_.unsent += counts.unsent;
  if (const auto failure = fleet.failure()) {
    facts_.interrupted = true;
    facts_.instrument_failure = *failure;
  }
  if (const auto failure = fleet.storage_failure()) return failed(Kind::storage, *failure);
  return {};
}

/// Shows progress until every attempt has been recorded and the rush has closed.
void RunExecution::watch(Fleet& fleet) {
  ProgressMeter meter(*plan_, round_facts().planned);
  SteadyTime shown{};
  const std::int64_t closed_ns =
      plan_->rush().close_ns + (samples_.clocks.error + kCloseMargin).count();
  for (;;) {
    const bool finished = fleet.finished();
    const bool stopping = stop_.stop_requested();
    if (finished && (now_ns() >= closed_ns || stopping || fleet.storage_failure())) break;
    if (stopping && !facts_.interrupted) {
      facts_.interrupted = true;
      fleet.stop();
    }
    if (const SteadyTime now = clock_.steady_now(); now - shown >= kProgressEvery) {
      shown = now;
      show(meter.measure(fleet, now_ns()));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  if (stop_.stop_requested()) facts_.interrupted = true;
  show(meter.measure(fleet, now_ns()));
}

void RunExecution::show(Progress progress) {
  progress.round = plan_->round();
  progress.rounds = scenario_.rounds;
  observer_.progress(progress);
}

/// Compares clocks once more: what they have drifted apart since is what windows may be off by.
void RunExecution::account_for_drift() {
  const auto now = client_->compare_clocks();
  if (!now) return;  // a target that has gone is told by the attempts
  samples_.clocks.error = std::max(samples_.clocks.error, window_error(clocks_at_start_, *now));
}

Step RunExecution::settle_round() {
  account_for_drift();
  const auto exported = export_evidence(
      *client_, {announced_, directory_, plan_->round(), ledger_source_, scenario_.settle_deadline},
      facts_, issued_);
  return exported ? Step() : failed(Kind::storage, exported.error());
}

Step RunExecution::finish() {
  if (server_) server_->stop();
  facts_.instrument = instrument_facts(samples_);
  if (const auto closed = history_->close(); !closed) {
    return failed(Kind::storage, closed.error());
  }
  const bool any_ledger = std::ranges::any_of(
      facts_.rounds, [](const analysis::RoundFacts& round) { return !round.ledger_missing; });
  std::expected<void, std::string> written;
  if (any_ledger) {
    written = write_file(directory_.ledger(), analysis::format_ledger_csv(issued_.ledger));
  }
  if (written && issued_.bus) {
    written = write_file(directory_.bus(), analysis::format_bus_csv(*issued_.bus));
  }
  return written ? Step() : failed(Kind::storage, written.error());
}

}  // namespace

std::expected<analysis::RunFacts, RunFailure> execute_run(const Scenario& scenario,
                                                          const RunSettings& settings,
                                                          RunObserver& observer,
                                                          std::stop_token stop) {
  return RunExecution(scenario, settings, observer, std::move(stop)).execute();
}

}  // namespace fairrush::loadgen
