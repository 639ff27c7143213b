// When a run and its rounds begin, alone and together with other shards.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/run_execution.hpp"
#include "loadgen/shards/rendezvous.hpp"

namespace fairrush::loadgen {
namespace {

using std::chrono::milliseconds;
using Kind = RunFailure::Kind;

/// From the moment the windows are decided to the run's epoch: creating event and workers.
constexpr Duration kSetUpTime = milliseconds(200);
constexpr std::int64_t kMillisecond_ns = 1'000'000;
/// Before a start that was set beforehand: time to compare clocks, and for a machine that stalls.
constexpr Duration kReadyBefore = std::chrono::seconds(1);

}  // namespace

/// Why a round does not begin, or the run: its time is over, or a group has fallen apart.
std::unexpected<RunFailure> RunExecution::not_begun(const std::string& why) {
  const auto start_ms = accord_.start_ms();
  if (!start_ms) return not_reached(why);
  return failed(Kind::configuration, too_late(target_now() - WallTime{milliseconds(*start_ms)}));
}

/// Target's wall clock in milliseconds at `plan_ns` after the epoch.
std::int64_t RunExecution::target_ms(std::int64_t plan_ns) const {
  return epoch_target_ms_ + plan_ns / kMillisecond_ns;
}

/// The target's clock now.
WallTime RunExecution::target_now() const {
  return read_clocks(clock_).wall + samples_.clocks.offset;
}

/// The epoch lies on a whole millisecond of the target's clock, so that the windows in the event
/// are those of the plan exactly.
void RunExecution::set_epoch(std::int64_t target_ms) {
  const ClockReading now = read_clocks(clock_);
  samples_.clocks.error += now.error;
  clocks_at_start_ = samples_.clocks;
  const WallTime epoch{milliseconds(target_ms)};
  epoch_ = now.steady + (epoch - (now.wall + samples_.clocks.offset));
  epoch_target_ms_ = target_ms;
  const auto started = std::chrono::floor<std::chrono::seconds>(epoch - samples_.clocks.offset);
  facts_.started_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", started);
  facts_.epoch_ms = target_ms;
}

/// A wait that begins now and ends `plan_time` after the epoch.
Awaited RunExecution::until(std::string what, Duration plan_time) const {
  return {.what = std::move(what), .since = clock_.steady_now(), .until = epoch_ + plan_time};
}

/// Decides when the round takes place: the first at the run's epoch, the others as soon as they
/// are prepared, or when all shards begin it.
Step RunExecution::begin_round(std::uint32_t round) {
  const SteadyTime start = clock_.steady_now();
  const analysis::PlannedAttempts planned = Plan(scenario_, round).planned();
  const Duration set_up = kSetUpTime + (clock_.steady_now() - start);
  std::int64_t start_ns = 0;
  if (round == 0) {
    const auto soonest_ms = [&] {
      return std::chrono::ceil<milliseconds>(target_now() + set_up).time_since_epoch().count();
    };
    const auto epoch_ms = accord_.moment(soonest_ms, accord_.start_ms().value_or(0));
    if (!epoch_ms) return not_begun(epoch_ms.error());
    set_epoch(*epoch_ms);
    if (const auto taken = accord_.take_seat(name_of_run()); !taken) {
      return failed(Kind::configuration, taken.error());
    }
    facts_.rounds.clear();
  } else {
    const auto soonest_ms = [&] { return (now_ns() + set_up.count()) / kMillisecond_ns; };
    const auto begin_ms =
        accord_.moment(soonest_ms, round * round_step(scenario_).count() / kMillisecond_ns);
    if (!begin_ms) return not_begun(begin_ms.error());
    start_ns = *begin_ms * kMillisecond_ns;
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
  return {};
}

/// What no other run of this scenario is called.
std::string RunExecution::name_of_run() const {
  return fmt::format("{}-{}", event_id(scenario_), epoch_target_ms_);
}

/// Shards that cannot talk know the event's name from the start; a service that opens by itself has
/// its own.
std::string RunExecution::event_name() const {
  const bool is_made = service_.dialect().reference_control;
  return accord_.is_shared() && is_made ? name_of_run() : event_id(scenario_);
}

/// Of a shard that is not the first: the event is the one that the first has made.
Step RunExecution::join_event() {
  const auto event = accord_.hear(event_name());
  if (!event) return not_reached(event.error());
  facts_.event = *event;
  if (!service_.dialect().reference_control) {
    announced_.event = *event;
    service_.join_event(order_of_round(), plan_->round());
    take_note_of_event();
    return {};
  }
  const std::int64_t open_ns = plan_->reservation().open_ns;
  const auto found =
      event_of_first(service_.client(), facts_.event, target_ms(open_ns),
                     until("shard 1 to open the event", Duration(open_ns)), waiting_);
  if (!found) {
    return not_reached(fmt::format("shard 1 has not opened round {} of the event by its start: {}",
                                   plan_->round() + 1, found.error().message));
  }
  announced_ = *found;
  service_.join_event(order_of_round(), plan_->round());
  take_note_of_event();
  return {};
}

void RunExecution::take_note_of_event() {
  if (plan_->round() == 0) {
    facts_.fault = announced_.fault;
    facts_.allocation = allocation_of(announced_.design);
    facts_.attempted = attempted_sightings(scenario_, *plan_, facts_.allocation);
  }
  expect_evidence(round_facts(), facts_.allocation);
}

/// Lets the time until the start of a run pass that was set beforehand, and compares clocks again:
/// those of a shard that came early have drifted.
Step RunExecution::await_start() {
  if (!accord_.start_ms() || plan_->round() > 0) return {};
  if (!wait_for(until("the start that all shards have in common", -kReadyBefore), waiting_,
                clock_)) {
    return not_reached("the run had not begun");
  }
  const auto clocks = service_.compare_clocks();
  if (!clocks) return not_reached("the target cannot be reached: " + clocks.error().message);
  if (clocks->error < samples_.clocks.error) samples_.clocks = *clocks;
  set_epoch(epoch_target_ms_);
  return {};
}

/// What the target shows is evidence when no shard plays any more.
void RunExecution::gather_shards() {
  if (!accord_.is_shared() || stop_.stop_requested()) return;
  if (accord_.is_group()) {
    // A shard that is lost is told of with the round.
    (void)accord_.hear({}, last_answer_after_close(scenario_) + ShardGroup::kPatience);
    return;
  }
  if (!accord_.speaks()) return;
  const Duration over = Duration(plan_->rush().close_ns) + last_answer_after_close(scenario_);
  wait_for(until("the last answers of the other shards", over), waiting_, clock_);
}

}  // namespace fairrush::loadgen
