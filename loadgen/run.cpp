#include "loadgen/run.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <thread>

#include "analysis/latency/lags.hpp"
#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/run_execution.hpp"
#include "loadgen/execution/watch.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;
using Kind = RunFailure::Kind;

constexpr Duration kLookEvery = milliseconds(20);
/// After the target's clock has passed the close of the rush.
constexpr Duration kCloseMargin = milliseconds(50);

}  // namespace

std::expected<analysis::RunFacts, RunFailure> RunExecution::execute() {
  using Method = Step (RunExecution::*)();
  constexpr Method kSteps[] = {&RunExecution::prepare,      &RunExecution::read_target,
                               &RunExecution::start_target, &RunExecution::reach_target,
                               &RunExecution::play_rounds,  &RunExecution::finish};
  patience_.enter(Phase::preparing, 0, scenario_.rounds);
  for (const Method step : kSteps) {
    if (const Step done = (this->*step)(); !done) {
      accord_.leave(done.error().message);
      return std::unexpected(done.error());
    }
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
  if (const auto why = unseated(scenario_, accord_.shard())) {
    return failed(Kind::configuration, *why);
  }
  const std::uint64_t connections = connections_max(part_, Plan(scenario_), accord_.shard());
  raise_descriptor_limit(connections);
  auto wiring = plan_wiring(part_, connections, targets_of(scenario_), read_machine_limits());
  if (!wiring) return failed(Kind::configuration, wiring.error());
  wiring_ = std::move(*wiring);
  facts_ = describe_run(scenario_);
  if (accord_.is_shared()) facts_.shards = {describe_shard(accord_.shard(), facts_.machine)};
  if (const auto created = files_.create(scenario_.source); !created) {
    return failed(Kind::storage, created.error());
  }
  round_facts().under_way = true;
  expect_evidence(round_facts(), facts_.allocation);
  return keep_what_is_known();
}

/// How the target is spoken to, with the users' tokens: nothing is sent when a part is missing.
Step RunExecution::read_target() {
  const auto prepared = service_.prepare();
  if (prepared && ledger_source_) ledger_source_->user_of = service_.user_of();
  const Dialect& dialect = service_.dialect();
  if (prepared && accord_.is_shared() && !(dialect.setup.empty() && dialect.reset.empty())) {
    return failed(
        Kind::configuration,
        "shards cannot share the event of a service with a set-up of its own: what one "
        "shard is told of it the others do not know; open the event beforehand, and leave "
        "out target.setup and target.reset");
  }
  if (prepared) return {};
  const bool stopped = stop_.stop_requested();
  return failed(stopped ? Kind::interrupted : Kind::configuration, prepared.error());
}

/// The one that the scenario names, or the built-in one of the first shard, which the others hear
/// of; on the way they make sure that all play the same.
Step RunExecution::start_target() {
  if (!scenario_.url && accord_.is_shared() && !accord_.is_group()) {
    return failed(Kind::configuration,
                  "--shard: a built-in target serves one process alone: set target.url to one that "
                  "all shards reach");
  }
  if (!scenario_.url && accord_.speaks()) {
    if (const Step started = start_server(); !started) return started;
  }
  const std::string list = facts_.roster ? to_hex(facts_.roster->sha256) : "";
  const std::string played =
      fmt::format("{:016x}", analysis::receipt_hash(facts_.version + scenario_.source + list));
  const std::string url =
      scenario_.url.value_or(server_ ? "http://" + server_->address().authority() : "");
  const auto heard = accord_.hear(fmt::format("{} {}", played, url));
  if (!heard) return not_reached(heard.error());
  if (!heard->starts_with(played)) {
    return failed(
        Kind::configuration,
        "this shard has another scenario or roster, or another fairrush, than the first one");
  }
  auto address = parse_target_url(scenario_.url ? url : heard->substr(played.size() + 1));
  if (!address) return failed(Kind::configuration, "target.url: " + address.error());
  const TlsSettings settings{.ca_file = scenario_.tls.ca, .insecure = scenario_.tls.insecure};
  if (const auto made = believe(*address, settings, scenario_.tls.server_name); !made) {
    return failed(Kind::configuration, "target.tls.ca: " + made.error());
  }
  service_.reach(*address);
  return secure_users(settings);
}

/// What users' connections are encrypted with; they may speak another HTTP than the control plane.
Step RunExecution::secure_users(TlsSettings settings) {
  if (!service_.address().secure) return {};
  settings.http2 = scenario_.streams > 0;
  auto context = TlsContext::create(settings);
  if (!context) return failed(Kind::configuration, "target.tls.ca: " + context.error());
  tls_ = std::move(*context);
  return {};
}

Step RunExecution::start_server() {
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
    Step opened = begin_round(round);
    if (opened) opened = accord_.speaks() ? open_event() : join_event();
    if (!opened) {
      if (round == 0) return opened;
      // What the rounds before have shown is not lost for it.
      facts_.rounds.resize(round);
      facts_.ended_early =
          fmt::format("round {} could not begin: {}", round + 1, opened.error().message);
      facts_.interrupted = stop_.stop_requested();
      break;
    }
    for (const auto step :
         {&RunExecution::keep_what_is_known, &RunExecution::await_start, &RunExecution::play,
          &RunExecution::settle_round, &RunExecution::keep_what_is_known}) {
      if (const Step done = (this->*step)(); !done) return done;
    }
    if (facts_.interrupted) break;
    if (const auto& broken = accord_.broken()) {
      facts_.ended_early = *broken;
      break;
    }
    if (facts_.target_failure && round + 1 < scenario_.rounds) {
      facts_.ended_early = fmt::format("round {} was not begun", round + 2);
      break;
    }
  }
  return {};
}

/// The event of the round as it is to be.
EventOrder RunExecution::order_of_round() const {
  return {.event = plan_->round() == 0 ? event_name() : facts_.event,
          .is_shared = accord_.start_ms().has_value(),
          .design = scenario_.builtin.design,
          .coupons = scenario_.coupons,
          .reserve_open_ms = target_ms(plan_->reservation().open_ns),
          .reserve_close_ms = target_ms(plan_->reservation().close_ns),
          .claim_open_ms = target_ms(plan_->rush().open_ns),
          .claim_close_ms = target_ms(plan_->rush().close_ns)};
}

/// Creates the event before the first round and starts it anew before the others.
Step RunExecution::open_event() {
  EventOrder order = order_of_round();
  const auto opened = service_.open_event(order, plan_->round());
  if (!opened) {
    const unsigned status = opened.error().status;
    const bool token_refused = status == 401 || status == 403;
    const bool order_refused = status == 400 || status == 409;
    if (token_refused || order_refused) {
      return failed(Kind::configuration,
                    opened.error().message + (token_refused ? ": check target.admin_token" : ""));
    }
    return not_reached("the target does not open the event: " + opened.error().message);
  }
  announced_ = *opened;
  if (plan_->round() == 0) facts_.event = order.event;
  const auto told = accord_.hear(facts_.event);
  if (!told) return not_reached(told.error());
  take_note_of_event();
  return {};
}

UseSample RunExecution::sample_use() const {
  return {sample_machine(clock_), server_ ? server_->use() : ProcessUse()};
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
  Fleet fleet({.scenario = part_,
               .plan = *plan_,
               .clock = clock_,
               .history = files_.history(),
               .instances = std::move(instances),
               .wiring = wiring_,
               .epoch = epoch_,
               .shard = accord_.shard(),
               .tls = tls_,
               .server_name = service_.address().server_name});
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
  const std::int64_t rounds_to_come = scenario_.rounds - plan_->round() - 1;
  const Duration round = scenario_.lead + scenario_.reserve + scenario_.pause + scenario_.rush;
  progress.run_left =
      std::max(Duration(plan_->rush().close_ns - now_ns()), Duration()) + rounds_to_come * round;
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
  gather_shards();
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
  if (!accord_.speaks()) {
    note_untaken(round_facts(), "the first shard takes it");
    return {};
  }
  const auto exported =
      export_evidence(service_.client(),
                      {announced_, files_.directory(), plan_->round(), ledger_source_,
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
  if (const auto written = files_.finish(facts_); !written) {
    return failed(Kind::storage, written.error());
  }
  if (server_) server_->stop();
  return {};
}

Step RunExecution::keep_what_is_known() {
  if (samples_.threads > 0) facts_.instrument = instrument_facts(samples_);
  facts_.instrument.wiring = describe_wiring(wiring_, scenario_);
  const auto selftest = std::ranges::find(settings_.selftests, facts_.instrument.wiring,
                                          &analysis::SelfTestFacts::wiring);
  if (selftest != settings_.selftests.end()) facts_.instrument.selftest = *selftest;
  facts_.instrument.clock_error_ns = samples_.clocks.error.count();
  if (accord_.is_shared()) {
    facts_.shards.front().instrument = facts_.instrument;
    facts_.shards.front().lags = analysis::counted(samples_.delays.lag);
  }
  const auto written = files_.keep(facts_, issued_);
  return written ? Step() : failed(Kind::storage, written.error());
}

std::expected<analysis::RunFacts, RunFailure> execute_run(const Scenario& scenario,
                                                          const RunSettings& settings,
                                                          RunObserver& observer,
                                                          std::stop_token stop) {
  return RunExecution(scenario, settings, observer, std::move(stop)).execute();
}

}  // namespace fairrush::loadgen
