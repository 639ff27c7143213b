#include "loadgen/run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <thread>

#include "analysis/history/writer.hpp"
#include "analysis/run/facts_json.hpp"
#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/evidence.hpp"
#include "loadgen/execution/fleet.hpp"
#include "loadgen/execution/patience.hpp"
#include "loadgen/execution/preflight.hpp"
#include "loadgen/execution/service.hpp"
#include "loadgen/execution/validity.hpp"
#include "loadgen/execution/watch.hpp"
#include "loadgen/plan.hpp"
#include "loadgen/target/child_server.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;
using Kind = RunFailure::Kind;
using Step = std::expected<void, RunFailure>;

constexpr Duration kLookEvery = milliseconds(20);
/// From the moment the windows are decided to the run's epoch: creating event and workers.
constexpr Duration kSetUpTime = milliseconds(200);
/// After the target's clock has passed the close of the rush.
constexpr Duration kCloseMargin = milliseconds(50);
constexpr std::int64_t kMillisecond_ns = 1'000'000;

std::unexpected<RunFailure> failed(Kind kind, std::string message) {
  return std::unexpected(RunFailure{kind, std::move(message)});
}

/// Where one instance of the target listens.
struct Listener {
  std::string authority;
  TcpEndpoint endpoint;
};

/// As far as it can be told before anything was started; a name that does not resolve is nowhere.
Targets where_targets_are(const Scenario& scenario) {
  Targets targets{
      .instances = 1 + scenario.instances.size(), .loopback = true, .built_in = !scenario.url};
  std::vector<std::string> urls = scenario.instances;
  if (scenario.url) urls.push_back(*scenario.url);
  for (const std::string& url : urls) {
    const auto address = parse_target_url(url);
    const auto endpoint = address ? resolve(*address) : std::unexpected(address.error());
    if (!endpoint || !endpoint->address().is_loopback()) targets.loopback = false;
  }
  return targets;
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
        directory_{settings.directory},
        patience_(observer, clock_, stop_) {}

  std::expected<analysis::RunFacts, RunFailure> execute();

 private:
  std::unexpected<RunFailure> not_reached(const std::string& why);
  Step prepare();
  Step start_target();
  Step reach_target();
  Step play_rounds();
  void begin_round(std::uint32_t round);
  Step open_event();
  Step play();
  UseSample sample_use() {
    return {sample_machine(clock_), server_ ? server_->use() : ProcessUse()};
  }
  Step read_target();
  void watch(Fleet& fleet);
  void interrupt();
  void show(Progress progress);
  FromTarget<void> account_for_drift();
  Step settle_round();
  Step take_evidence();
  void look_after_server();
  Step keep_what_is_known();
  std::expected<void, std::string> write_evidence();
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
  Patience patience_;
  const Waiting waiting_ = [this](const Awaited& awaited) { return patience_(awaited); };
  analysis::RunFacts facts_;
  InstrumentSamples samples_;
  std::unique_ptr<analysis::HistoryFile> history_;
  std::unique_ptr<ChildServer> server_;
  Wiring wiring_;
  std::vector<Listener> listeners_;  // that serve users; the first is the service's
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

std::expected<analysis::RunFacts, RunFailure> RunExecution::execute() {
  using Method = Step (RunExecution::*)();
  constexpr Method kSteps[] = {&RunExecution::prepare,      &RunExecution::read_target,
                               &RunExecution::start_target, &RunExecution::reach_target,
                               &RunExecution::play_rounds,  &RunExecution::finish};
  patience_.enter(Phase::preparing, 0, scenario_.rounds);
  for (const Method step : kSteps) {
    if (const Step done = (this->*step)(); !done) return std::unexpected(done.error());
  }
  return std::move(facts_);
}

/// Why there is nobody to rush: a built-in target that has ended, a stop, or else `why`.
std::unexpected<RunFailure> RunExecution::not_reached(const std::string& why) {
  if (stop_.stop_requested()) return failed(Kind::interrupted, "interrupted: " + why);
  const auto ending = server_ ? server_->ending() : std::nullopt;
  return failed(Kind::unreachable, ending ? fmt::format("{}: {}", why, *ending) : why);
}

Step RunExecution::prepare() {
  const std::uint64_t connections = connections_max(scenario_, Plan(scenario_));
  raise_descriptor_limit(connections);
  auto wiring =
      plan_wiring(scenario_, connections, where_targets_are(scenario_), read_machine_limits());
  if (!wiring) return failed(Kind::configuration, wiring.error());
  wiring_ = std::move(*wiring);
  facts_ = describe_run(scenario_);
  if (const auto written = write_file(directory_.scenario(), scenario_.source); !written) {
    return failed(Kind::storage, written.error());
  }
  auto history = analysis::HistoryFile::create(directory_.history());
  if (!history) return failed(Kind::storage, history.error());
  history_ = std::move(*history);
  round_facts().under_way = true;
  expect_evidence(round_facts(), facts_.allocation);
  return keep_what_is_known();
}

/// How the target is spoken to, with the users' tokens: nothing is sent when a part is missing.
Step RunExecution::read_target() {
  const auto prepared = service_.prepare();
  if (prepared && ledger_source_) ledger_source_->user_of = service_.user_of();
  if (prepared) return {};
  const bool stopped = stop_.stop_requested();
  return failed(stopped ? Kind::interrupted : Kind::configuration, prepared.error());
}

Step RunExecution::start_target() {
  if (scenario_.url) {
    auto address = parse_target_url(*scenario_.url);
    if (!address) return failed(Kind::configuration, "target.url: " + address.error());
    service_.reach(*address);
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
                                    .jwt_secret = scenario_.tokens.secret,
                                    .waiting = waiting_});
  if (!server) return not_reached(server.error());
  server_ = std::move(*server);
  service_.reach(server_->address());
  return {};
}

Step RunExecution::reach_target() {
  std::vector<TargetAddress> addresses{service_.address()};
  for (const std::string& url : scenario_.instances) {
    auto address = parse_target_url(url);
    if (!address) return failed(Kind::configuration, "target.instances: " + address.error());
    addresses.push_back(std::move(*address));
  }
  for (const TargetAddress& address : addresses) {
    const auto endpoint = resolve(address);
    if (!endpoint) return not_reached(endpoint.error());
    listeners_.push_back({.authority = address.authority(), .endpoint = *endpoint});
  }
  const auto clocks = service_.compare_clocks();
  if (!clocks) return not_reached("the target cannot be reached: " + clocks.error().message);
  samples_.clocks = *clocks;
  if (std::string assumed = service_.assumptions(); !assumed.empty()) facts_.assumed = assumed;
  return {};
}

/// Every round with a run of its own on the target, until all are played or the run is stopped.
Step RunExecution::play_rounds() {
  for (std::uint32_t round = 0; round < scenario_.rounds; ++round) {
    patience_.enter(Phase::preparing, round, scenario_.rounds);
    begin_round(round);
    if (const Step opened = open_event(); !opened) {
      if (round == 0) return opened;
      // What the rounds before have shown is not lost for it.
      facts_.rounds.pop_back();
      facts_.ended_early =
          fmt::format("round {} could not begin: {}", round + 1, opened.error().message);
      facts_.interrupted = stop_.stop_requested();
      break;
    }
    for (const auto step : {&RunExecution::keep_what_is_known, &RunExecution::play,
                            &RunExecution::settle_round, &RunExecution::keep_what_is_known}) {
      if (const Step done = (this->*step)(); !done) return done;
    }
    if (facts_.interrupted) break;
    if (facts_.target_failure && round + 1 < scenario_.rounds) {
      facts_.ended_early = fmt::format("round {} was not begun", round + 2);
      break;
    }
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
                           .draw_missing = {},
                           .under_way = true});
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
  const auto opened = service_.open_event(order, plan_->round());
  if (!opened) {
    const unsigned status = opened.error().status;
    const bool token_refused = status == 401 || status == 403;
    const bool order_refused = status == 400;
    if (token_refused || order_refused) {
      return failed(Kind::configuration,
                    opened.error().message + (token_refused ? ": check target.admin_token" : ""));
    }
    return not_reached("the target does not open the event: " + opened.error().message);
  }
  announced_ = *opened;
  if (plan_->round() == 0) {
    facts_.event = order.event;
    facts_.fault = announced_.fault;
    facts_.allocation = allocation_of(announced_.design);
    facts_.attempted = attempted_sightings(scenario_, *plan_, facts_.allocation);
  }
  expect_evidence(round_facts(), facts_.allocation);
  return {};
}

Step RunExecution::play() {
  std::deque<RequestTemplates> requests;
  std::vector<Instance> instances;
  for (const Listener& listener : listeners_) {
    RequestSpec spec = service_.request_spec(samples_.clocks.offset);
    spec.authority = listener.authority;
    requests.emplace_back(std::move(spec));
    instances.push_back({.endpoint = listener.endpoint, .requests = &requests.back()});
  }
  const UseSample before = sample_use();
  Fleet fleet({.scenario = scenario_,
               .plan = *plan_,
               .clock = clock_,
               .history = *history_,
               .instances = std::move(instances),
               .wiring = wiring_,
               .epoch = epoch_});
  watch(fleet);
  fleet.join();
  samples_.use.add_round(before, sample_use());
  samples_.add_round(fleet);
  if (const auto failure = fleet.failure()) {
    interrupt();
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
    look_after_server();
    const bool finished = fleet.finished();
    const bool stopping = stop_.stop_requested();
    if (finished && (now_ns() >= closed_ns || stopping || fleet.storage_failure())) break;
    if (stopping && !facts_.interrupted) {
      interrupt();
      fleet.stop();
    }
    if (const SteadyTime now = clock_.steady_now(); now - shown >= kProgressEvery) {
      shown = now;
      show(meter.measure(fleet, now_ns()));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
  if (stop_.stop_requested()) interrupt();
  show(meter.measure(fleet, now_ns()));
}

/// What comes first counts: a stop is seen more than once.
void RunExecution::interrupt() {
  if (!facts_.interrupted) facts_.interrupted_ns = now_ns();
  facts_.interrupted = true;
}

void RunExecution::show(Progress progress) {
  progress.round = plan_->round();
  progress.rounds = scenario_.rounds;
  if (progress.phase == Phase::settling && progress.in_flight > 0) {
    progress.awaited =
        fmt::format("answers from {}, each for {} at most", service_.address().authority(),
                    format_duration(scenario_.attempt_timeout));
  }
  observer_.progress(progress);
}

/// Compares clocks once more: what they have drifted apart since is what windows may be off by.
FromTarget<void> RunExecution::account_for_drift() {
  const auto now = service_.compare_clocks();
  if (!now) return std::unexpected(now.error());
  samples_.clocks.error = std::max(samples_.clocks.error, window_error(clocks_at_start_, *now));
  return {};
}

Step RunExecution::settle_round() {
  patience_.enter(Phase::settling, plan_->round(), scenario_.rounds);
  const Step taken = take_evidence();
  look_after_server();
  if (stop_.stop_requested()) interrupt();
  round_facts().under_way = false;
  return taken;
}

Step RunExecution::take_evidence() {
  look_after_server();
  if (facts_.target_failure) {
    note_untaken(round_facts(), *server_->ending());
    return {};
  }
  if (const auto compared = account_for_drift(); !compared && !compared.error().was_answered()) {
    note_untaken(round_facts(), compared.error().message);
    return {};
  }
  const auto exported =
      export_evidence(service_.client(),
                      {announced_, directory_, plan_->round(), ledger_source_,
                       scenario_.settle_deadline, waiting_, service_.dialect().reference_control},
                      facts_, issued_);
  return exported ? Step() : failed(Kind::storage, exported.error());
}

/// Tells of a built-in target that has ended, once.
void RunExecution::look_after_server() {
  if (!server_ || facts_.target_failure) return;
  const auto ending = server_->ending();
  if (!ending) return;
  const auto now = std::chrono::floor<milliseconds>(clock_.wall_now());
  const auto passed = std::chrono::floor<milliseconds>(Duration(now_ns()));
  facts_.target_failure =
      fmt::format("{}, at {:%H:%M:%S} UTC, {} into the run; its last words are in {}", *ending, now,
                  format_duration(passed), ChildServer::log_of(settings_.directory).string());
  observer_.notice(*facts_.target_failure);
}

Step RunExecution::finish() {
  if (const auto closed = history_->close(); !closed) {
    return failed(Kind::storage, closed.error());
  }
  const auto written = replace_file(directory_.run_json(), analysis::run_json_of_facts(facts_));
  if (!written) return failed(Kind::storage, written.error());
  if (server_) server_->stop();
  return {};
}

/// Leaves a directory that can be judged should this process go no further: the rounds before this
/// one in full, of this one what is in the history by then.
Step RunExecution::keep_what_is_known() {
  std::expected<void, std::string> written;
  if (!round_facts().under_way) written = write_evidence();
  if (samples_.threads > 0) facts_.instrument = instrument_facts(samples_);
  facts_.instrument.clock_error_ns = samples_.clocks.error.count();
  analysis::RunFacts so_far = facts_;
  so_far.interrupted = true;
  if (!so_far.ended_early) so_far.ended_early = "the run was not brought to its end";
  if (written) written = replace_file(directory_.run_json(), analysis::run_json_of_facts(so_far));
  return written ? Step() : failed(Kind::storage, written.error());
}

std::expected<void, std::string> RunExecution::write_evidence() {
  auto written = history_->seal();
  const bool any_ledger = std::ranges::any_of(
      facts_.rounds, [](const analysis::RoundFacts& round) { return !round.ledger_missing; });
  if (written && any_ledger) {
    written = replace_file(directory_.ledger(), analysis::format_ledger_csv(issued_.ledger));
  }
  if (written && issued_.bus) {
    written = replace_file(directory_.bus(), analysis::format_bus_csv(*issued_.bus));
  }
  return written;
}

}  // namespace

std::expected<analysis::RunFacts, RunFailure> execute_run(const Scenario& scenario,
                                                          const RunSettings& settings,
                                                          RunObserver& observer,
                                                          std::stop_token stop) {
  return RunExecution(scenario, settings, observer, std::move(stop)).execute();
}

}  // namespace fairrush::loadgen
