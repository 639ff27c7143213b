#include "loadgen/wire/worker.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

/// With economic pacing clicks are released no more often than this: an idle wake-up costs some
/// 20 µs of CPU.
constexpr std::int64_t kTick_ns = 1'000'000;
/// How late a time-out may be noticed.
constexpr std::int64_t kSweepEvery_ns = 10'000'000;
/// How late a stop may be noticed while nothing else is to be done.
constexpr std::int64_t kLookEvery_ns = 50'000'000;
/// A backlog is given up when no answer has come for a time-out and this long: the target is gone.
constexpr std::int64_t kBacklogGrace_ns = 1'000'000'000;
/// However slowly it is worked off, a backlog ends this long after the last click was due.
constexpr std::int64_t kBacklogMax_ns = 300'000'000'000;

bool is_error(const Ending& ending) {
  if (ending.reason == Reason::no_turn) return false;
  return ending.outcome == Outcome::failed || ending.outcome == Outcome::indeterminate;
}

bool is_loss(Reason reason) {
  return reason == Reason::request_lost || reason == Reason::answer_lost;
}

/// What the user has of an attempt whose answer the network loses.
Ending unseen(const Ending& ending) {
  if (ending.answered_ns == 0) return ending;
  Ending unseen = ending;
  unseen.outcome = Outcome::indeterminate;
  unseen.reason = Reason::answer_lost;
  unseen.receipt = {};
  unseen.pending = false;
  unseen.answered_ns = 0;
  return unseen;
}

void count_late(analysis::PunctualityFacts& phase, std::int64_t lag_ns) {
  ++phase.sent;
  if (lag_ns > analysis::kOwnLatenessNs) ++phase.late;
}

}  // namespace

Worker::Worker(const WorkerSpec& spec)
    : spec_(spec),
      clicks_(spec.plan, spec.shard),
      wire_{.instances = spec.instances,
            .clock = spec.clock,
            .epoch = spec.epoch,
            .owner = *this,
            .deadlines = Deadlines(spec.attempt_timeout),
            .id_next = spec.shard.index + 1,
            .id_step = spec.shard.count,
            .single_use = spec.mode == ConnectionMode::per_request,
            .keep_between_phases = spec.keep_between_phases,
            .exchange = Exchange({}, watched_headers(spec.instances.front().requests->dialect())),
            .coupons = {},
            .request = {},
            .answers = AnswerReader(spec.instances.front().requests->dialect(),
                                    spec.instances.front().requests->constants())},
      appender_(spec.history),
      thread_([this] { work(); }) {
  pthread_setname_np(thread_.native_handle(), fmt::format("loadgen-{}", spec.shard.index).c_str());
}

Worker::~Worker() {
  stop();
  join();
}

void Worker::stop() {
  stop_requested_.store(true, std::memory_order_relaxed);
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

Measurements Worker::measured() const {
  const std::scoped_lock lock(published_mutex_);
  return published_;
}

/// Whatever happens to the others, every attempt gets its record.
void Worker::work() {
  for (const auto step : {&Worker::play, &Worker::conclude}) {
    try {
      (this->*step)();
    } catch (const std::exception& error) {
      failure_ = error.what();
    }
  }
  finished_.store(true, std::memory_order_release);
}

void Worker::play() {
  if (is_precise()) ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  meter_.look(thread_times(spec_.clock.steady_now()));
  const auto transport = make_transport(spec_.transport);
  wire_.transport = transport.get();
  try {
    transport->run(*this);
  } catch (...) {
    stop_connections();
    throw;
  }
  stop_connections();
}

void Worker::conclude() {
  record_the_rest();
  keep_records();
  if (storage_failure_) {
    *storage_failure_ += fmt::format(" ({} records are not in it)", appender_.buffered());
  }
  publish();
  meter_.finish(thread_times(spec_.clock.steady_now()));
}

std::optional<NextTick> Worker::tick() {
  const std::int64_t now_ns = wire_.now_ns();
  if (wanted_ns_ && now_ns >= *wanted_ns_) {
    measured_.delays.loop.record(static_cast<std::uint64_t>(now_ns - *wanted_ns_));
  }
  if (stop_requested_.load(std::memory_order_relaxed) && !stopped_ns_) stopped_ns_ = now_ns;
  sweep();
  if (!stopped_ns_) hand_out(now_ns);
  if (now_ns - published_ns_ >= kSnapshotEvery.count()) {
    published_ns_ = now_ns;
    meter_.look(thread_times(spec_.epoch + Duration(now_ns)));
    publish();
    keep_records();
  }
  if (drained() || given_up(now_ns)) return std::nullopt;
  wanted_ns_ = next_wake_ns(now_ns);
  return NextTick{
      .at = spec_.epoch + Duration(*wanted_ns_),
      .react = exhausted_ns_ || stopped_ns_ || clicks_.is_looping(now_ns),
      .awaited = is_precise() ? 0U : static_cast<unsigned>(counters_.in_flight.value())};
}

void Worker::sweep() {
  const SteadyTime now = spec_.clock.steady_now();
  while (DeadlineHook* hook = wire_.deadlines.take_expired(now)) {
    static_cast<Connection*>(hook)->expire();
  }
}

void Worker::hand_out(std::int64_t now_ns) {
  while (const Click* const due = clicks_.due(now_ns)) {
    if (due->fate == Fate::request_lost) {
      lose(*due);
      continue;
    }
    Connection* const connection = pick(*due);
    const std::int64_t allowed_ns = next_opening_ns_;
    if (connection == nullptr || !(connection->is_open() || may_open(now_ns))) {
      if (connection != nullptr && spec_.mode != ConnectionMode::per_user) {
        idle_.push_back(connection);
      }
      if (!exhausted_ns_) exhausted_ns_ = now_ns;
      return;
    }
    const Click click = *due;
    clicks_.pop();
    counters_.in_flight.add();
    const std::int64_t opening_ns = connection->is_open() ? 0 : allowed_ns;
    const std::int64_t free_ns = std::max(connection->free_since_ns(), opening_ns);
    connection->start(click, now_ns, waited_ns(free_ns, click));
  }
  exhausted_ns_.reset();
}

/// The user's network loses the request: the user waits for an answer to what never left.
void Worker::lose(const Click& due) {
  const Click click = due;
  clicks_.pop();
  const Ending ending{.outcome = Outcome::failed, .reason = Reason::request_lost, .receipt = {}};
  record(click, ending);
  react(click, ending);
}

/// How long a click that is due had to wait because every connection was busy, or none might be
/// opened: until `free_ns`. What passed between then and now is the instrument's own.
std::int64_t Worker::waited_ns(std::int64_t free_ns, const Click& click) const {
  if (!exhausted_ns_) return 0;
  const std::int64_t since_ns = std::max(click.due_ns(), *exhausted_ns_);
  return std::max<std::int64_t>(0, free_ns - since_ns);
}

bool Worker::drained() const {
  return counters_.in_flight.value() == 0 && (stopped_ns_ || clicks_.empty());
}

/// After a stop, or when the rush is over and the target answers none of those who still wait.
bool Worker::given_up(std::int64_t now_ns) {
  if (stopped_ns_) return now_ns - *stopped_ns_ >= kStopGrace.count();
  const std::int64_t last_due_ns = std::max(clicks_.last_due_ns(), spec_.plan.rush().close_ns);
  if (now_ns <= last_due_ns || clicks_.due(now_ns) == nullptr) return false;
  const std::int64_t hope_ns =
      std::max(last_due_ns, last_answer_ns_) + spec_.attempt_timeout.count() + kBacklogGrace_ns;
  held_ = now_ns > std::min(hope_ns, last_due_ns + kBacklogMax_ns);
  return held_;
}

std::int64_t Worker::next_wake_ns(std::int64_t now_ns) const {
  std::int64_t next = now_ns + kLookEvery_ns;
  if (counters_.in_flight.value() != 0) next = now_ns + kSweepEvery_ns;
  if (exhausted_ns_) {
    // Whatever is due waits for an answer, or for leave to open a connection.
    if (next_opening_ns_ > now_ns) next = std::min(next, next_opening_ns_);
  } else if (const auto due_ns = clicks_.next_due_ns(); due_ns && !stopped_ns_) {
    next = std::min(next, *due_ns);
  }
  if (!is_precise()) return std::max(next, now_ns + kTick_ns);
  return counters_.in_flight.value() == 0 ? next : std::min(next, now_ns + kTick_ns);
}

/// Whether the rate of openings allows one now, which then counts. What a tick has missed may be
/// made up for.
bool Worker::may_open(std::int64_t now_ns) {
  if (spec_.openings.per_second <= 0) return true;
  if (next_opening_ns_ > now_ns) return false;
  const auto gap_ns = static_cast<std::int64_t>(1e9 / spec_.openings.per_second);
  next_opening_ns_ = std::max(next_opening_ns_, now_ns - kTick_ns) + gap_ns;
  return true;
}

Connection& Worker::add_connection() {
  const std::size_t turn = connections_.size() * spec_.shard.count + spec_.shard.index;
  return connections_.emplace_back(wire_, wire_.instances[turn % wire_.instances.size()]);
}

/// A connection that is free for `click`; null when all that may be open are busy.
Connection* Worker::pick(const Click& click) {
  if (spec_.mode == ConnectionMode::per_user) return &pick_for_user(click.planned.user);
  if (!idle_.empty()) {
    Connection* connection = idle_.back();
    idle_.pop_back();
    return connection;
  }
  return connections_.size() < spec_.connections ? &add_connection() : nullptr;
}

/// A user's first connection that is free; a further one while all are busy (a double click).
Connection& Worker::pick_for_user(UserIndex user) {
  if (user_first_.empty())
    user_first_.resize(spec_.plan.population().size() / spec_.shard.count + 1);
  Connection*& first = user_first_[user.value() / spec_.shard.count];
  for (Connection* candidate = first; candidate != nullptr; candidate = candidate->sibling) {
    if (!candidate->busy()) return *candidate;
  }
  Connection& added = add_connection();
  added.sibling = std::exchange(first, &added);
  return added;
}

void Worker::ended(Connection& connection, const Click& click, const Ending& ending) {
  counters_.in_flight.set(counters_.in_flight.value() - 1);
  counters_.connections_max.set(wire_.open_max);
  Ending seen = click.fate == Fate::answer_lost ? unseen(ending) : ending;
  if (seen.reason == Reason::stopped_before_sending) seen.reason = unsent_reason();
  hear(click, seen);
  if (stopping_ || stopped_ns_ || spec_.mode == ConnectionMode::per_user) return;
  idle_.push_back(&connection);
}

/// When the attempt was over on the wire; of one that the network lost, when the user gives it up.
std::int64_t Worker::ended_ns(const Click& click, const Ending& ending) const {
  if (ending.answered_ns != 0) return ending.answered_ns;
  if (!is_loss(ending.reason)) return wire_.now_ns();
  return std::max(wire_.now_ns(), click.due_ns() + spec_.attempt_timeout.count());
}

/// Lets the persona click again once the user has seen how the attempt ended.
void Worker::react(const Click& click, const Ending& ending) {
  if (stopping_ || stopped_ns_) return;
  const UserIndex user = click.planned.user;
  const std::int64_t seen_ns = ended_ns(click, ending) + click.delay_ns();
  clicks_.ended(click, seen_ns);
  if (const auto again = follow_up(click.persona, click.planned)) {
    Click next = click;
    ++next.planned.try_number;
    next.planned.intended_ns = seen_ns + again->delay.count();
    if (!again->same_idempotency_key) next.planned.idempotency = key_of(next.planned);
    clicks_.add(next);
  }
  if (click.planned.op != Op::claim) return;
  if (ending.outcome == Outcome::win && !has_won(user)) celebrate(click, ending, seen_ns);
  if (ending.outcome == Outcome::indeterminate && spec_.resolve_by_status) {
    // Once the rush is over, whatever the claim led to has happened.
    const std::int64_t settled_ns = spec_.plan.rush().close_ns + kSettled.count();
    click_again(click, {.op = Op::status, .try_number = 1, .delay = {}},
                std::max(seen_ns, settled_ns));
  }
}

/// The first win of a user, and what the user does with it.
void Worker::celebrate(const Click& click, const Ending& ending, std::int64_t seen_ns) {
  const UserIndex user = click.planned.user;
  count_winner(user);
  measured_.tally.count_winner(click.cohort);
  const auto clicks = winner_clicks(spec_.plan.population(), user);
  for (const WinnerClick& next : clicks) {
    if (next.op == Op::redeem) wire_.coupons.try_emplace(user, ending.receipt);
    click_again(click, next, seen_ns + next.delay.count());
  }
}

void Worker::click_again(const Click& click, const WinnerClick& what, std::int64_t intended_ns) {
  Click next = click;
  next.planned.op = what.op;
  next.planned.try_number = what.try_number;
  next.planned.intended_ns = intended_ns;
  next.planned.idempotency = key_of(next.planned);
  clicks_.add(next);
}

std::uint64_t Worker::key_of(const PlannedAttempt& planned) const {
  return spec_.plan.idempotency_key(planned.user, planned.op, planned.try_number);
}

void Worker::record(const Click& click, const Ending& ending) {
  const PlannedAttempt& planned = click.planned;
  const bool answered = ending.answered_ns != 0;
  const analysis::AttemptRecord record{
      .attempt = attempts_++ * spec_.shard.count + spec_.shard.index,
      .idempotency = planned.idempotency,
      .intended_ns = planned.intended_ns,
      .first_byte_out_ns = ending.first_byte_out_ns,
      .complete_ns = answered ? ending.answered_ns + click.delay_ns() : 0,
      .user = planned.user.value(),
      .round = spec_.plan.round(),
      .connection = ending.connection,
      .delay_us = click.delay_us,
      .cohort = click.cohort.value(),
      .reason = static_cast<std::uint16_t>(ending.reason),
      .http_status = static_cast<std::uint16_t>(ending.http_status),
      .op = static_cast<std::uint8_t>(planned.op),
      .try_number = planned.try_number,
      .persona = static_cast<std::uint8_t>(click.persona),
      .outcome = static_cast<std::uint8_t>(ending.outcome)};
  const bool spends = planned.op == Op::redeem;
  append(record, spends ? wire_.coupon_of(planned) : ending.receipt);
  count(click, ending);
  measure_delays(click, ending);
  if (!answered) return;
  last_answer_ns_ = ending.answered_ns;
  const std::int64_t latency = record.complete_ns - record.intended_ns;
  if (planned.op != Op::reserve && planned.op != Op::claim) return;
  auto& latencies = planned.op == Op::reserve ? measured_.reservations : measured_.claims;
  latencies.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency)));
}

void Worker::measure_delays(const Click& click, const Ending& ending) {
  if (ending.first_byte_out_ns == 0) return;
  const auto add = [](analysis::Histogram& to, std::int64_t delay_ns) {
    to.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, delay_ns)));
  };
  const std::int64_t late_ns = ending.first_byte_out_ns - click.due_ns();
  Delays& delays = measured_.delays;
  const std::int64_t lag_ns = late_ns - ending.waited_ns - ending.connecting_ns;
  add(delays.lag, lag_ns);
  if (click.planned.op == Op::reserve) count_late(delays.reservations, lag_ns);
  if (click.planned.op == Op::claim) count_late(delays.claims, lag_ns);
  add(delays.for_connection, ending.waited_ns);
  if (ending.connecting_ns != 0) add(delays.connecting, ending.connecting_ns);
  if (ending.answered_ns != 0) add(delays.reading, ending.unread_ns);
}

void Worker::count(const Click& click, const Ending& ending) {
  if (ending.first_byte_out_ns != 0) counters_.sent.add();
  count_unsent(ending.reason);
  if (is_error(ending)) counters_.errors.add();
  measured_.tally.count(click.cohort, click.planned.op, ending.outcome, ending.reason);
  if (click.planned.try_number != 0) return;
  if (click.planned.op == Op::reserve) counters_.reservations_done.add();
  if (click.planned.op != Op::claim) return;
  counters_.claims_done.add();
  if (ending.reason != Reason::no_turn) measured_.tally.count_claimant(click.cohort);
}

void Worker::count_unsent(Reason reason) {
  if (reason == Reason::stopped_before_sending) counters_.unsent.add();
  if (reason == Reason::ports_exhausted) counters_.ports_exhausted.add();
  if (reason == Reason::descriptors_exhausted) counters_.descriptors_exhausted.add();
  if (reason == Reason::connections_held) counters_.held_back.add();
}

bool Worker::has_won(UserIndex user) const {
  return !winners_.empty() && winners_[user.value() / spec_.shard.count];
}

void Worker::count_winner(UserIndex user) {
  if (winners_.empty()) winners_.resize(spec_.plan.population().size() / spec_.shard.count + 1);
  winners_[user.value() / spec_.shard.count] = true;
  counters_.wins.add();
}

void Worker::append(const analysis::AttemptRecord& record, std::string_view receipt) {
  take_note(appender_.append(record, receipt));
}

/// Brings what has been recorded to the file.
void Worker::keep_records() {
  take_note(appender_.flush());
}

/// A history that cannot be written ends the run: what comes after could not be proven.
void Worker::take_note(const std::expected<void, std::string>& written) {
  if (written || storage_failure_) return;
  storage_failure_ = written.error();
  stop_requested_.store(true, std::memory_order_relaxed);
}

void Worker::stop_connections() {
  stopping_ = true;
  for (Connection& connection : connections_) connection.stop();
}

void Worker::record_unsent(const Click& click, Reason reason) {
  if (click.pending != 0) {
    return conclude_claim(
        click,
        {.outcome = Outcome::indeterminate, .reason = Reason::stopped_in_flight, .receipt = {}});
  }
  record(click, {.outcome = Outcome::failed, .reason = reason, .receipt = {}});
}

/// Why what has not left never will: when nobody asked for the stop, the target held every
/// connection to the end.
Reason Worker::unsent_reason() const {
  return held_ ? Reason::connections_held : Reason::stopped_before_sending;
}

/// After everything has stopped: what no connection has reported.
void Worker::record_the_rest() {
  while (const Click* const left = clicks_.next()) {
    record_unsent(*left, unsent_reason());
    clicks_.pop();
  }
  // Who was played to the end let everybody click who could before the end of a closed loop.
  const std::int64_t end_ns = stopped_ns_.value_or(failure_ ? wire_.now_ns() : INT64_MAX);
  while (const auto left = clicks_.left_over(end_ns)) {
    record_unsent(left->click, left->turn_over ? Reason::no_turn : unsent_reason());
  }
}

void Worker::publish() {
  const std::scoped_lock lock(published_mutex_);
  published_ = measured_;
}

}  // namespace fairrush::loadgen
