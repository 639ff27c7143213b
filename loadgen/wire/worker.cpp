#include "loadgen/wire/worker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

/// Clicks are released no more often than this: an idle wake-up costs some 20 µs of CPU.
constexpr std::int64_t kTick_ns = 1'000'000;
/// How late a time-out may be noticed.
constexpr std::int64_t kSweepEvery_ns = 10'000'000;
/// A backlog is given up when no answer has come for a time-out and this long: the target is gone.
constexpr std::int64_t kBacklogGrace_ns = 1'000'000'000;
/// However slowly it is worked off, a backlog ends this long after the last click was due.
constexpr std::int64_t kBacklogMax_ns = 300'000'000'000;

bool is_error(const Ending& ending) {
  return ending.outcome == Outcome::failed || ending.outcome == Outcome::indeterminate;
}

}  // namespace

Worker::Worker(const WorkerSpec& spec)
    : spec_(spec),
      thread_(fmt::format("loadgen-{}", spec.shard.index)),
      cursor_(spec.plan.cursor(spec.shard)),
      wire_{.target = spec.target,
            .requests = spec.requests,
            .clock = spec.clock,
            .epoch = spec.epoch,
            .deadlines = Deadlines(spec.attempt_timeout),
            .id_next = spec.shard.index + 1,
            .id_step = spec.shard.count,
            .single_use = spec.mode == ConnectionMode::per_request,
            .ended = {},
            .coupons = {},
            .request = {},
            .answers = AnswerReader(spec.requests.dialect(), spec.requests.constants())},
      appender_(spec.history),
      tick_timer_(thread_.executor()),
      supervisor_(thread_.executor()),
      tasks_(thread_.executor()) {
  wire_.ended = [this](Connection& connection, const Click& click, const Ending& ending) {
    ended(connection, click, ending);
  };
  thread_.post([this] { supervisor_.spawn(supervise()); });
}

Worker::~Worker() {
  stop();
  thread_.join();
}

void Worker::stop() {
  stop_requested_.store(true, std::memory_order_relaxed);
  thread_.post([this] { tick_timer_.cancel(); });
}

void Worker::join() {
  thread_.join();
}

analysis::Histogram Worker::latencies(Op op) const {
  const std::scoped_lock lock(published_mutex_);
  return op == Op::reserve ? published_reservations_ : published_claims_;
}

/// Whatever happens to the others, every attempt gets its record.
Task<void> Worker::supervise() {
  tasks_.spawn(release_clicks());
  try {
    co_await tasks_.wait();
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
  try {
    conclude();
  } catch (const std::exception& error) {
    failure_ = error.what();
  }
  finished_.store(true, std::memory_order_release);
}

void Worker::conclude() {
  stopping_ = true;
  record_the_rest();
  keep_records();
  if (storage_failure_) {
    *storage_failure_ += fmt::format(" ({} records are not in it)", appender_.buffered());
  }
  publish_latencies();
}

Task<void> Worker::release_clicks() {
  while (!tasks_.cancelled()) {
    const std::int64_t now_ns = wire_.now_ns();
    tick(now_ns);
    if (drained() || given_up(now_ns)) break;
    wake_ns_ = next_wake_ns(now_ns);
    tick_timer_.expires_at(spec_.epoch + Duration(wake_ns_));
    co_await tick_timer_.async_wait(kAwait);
  }
  stop_connections();
}

void Worker::tick(std::int64_t now_ns) {
  if (stop_requested_.load(std::memory_order_relaxed) && !stopped_ns_) stopped_ns_ = now_ns;
  sweep();
  if (!stopped_ns_) {
    release_due(now_ns);
    hand_out();
  }
  if (now_ns - published_ns_ >= kSnapshotEvery.count()) {
    published_ns_ = now_ns;
    publish_latencies();
    keep_records();
  }
}

void Worker::sweep() {
  const SteadyTime now = spec_.clock.steady_now();
  while (DeadlineHook* hook = wire_.deadlines.take_expired(now)) {
    static_cast<Connection*>(hook)->expire();
  }
}

void Worker::release_due(std::int64_t now_ns) {
  for (const PlannedAttempt* next = cursor_.peek(); next != nullptr && next->intended_ns <= now_ns;
       next = cursor_.peek()) {
    later_.push(click_of(*next));
    cursor_.pop();
  }
  while (!later_.empty() && later_.top().due_ns() <= now_ns) {
    last_due_ns_ = std::max(last_due_ns_, later_.top().due_ns());
    ready_.push_back(later_.top());
    later_.pop();
  }
}

Click Worker::click_of(const PlannedAttempt& planned) const {
  const Duration delay = spec_.plan.population().one_way_delay_of(planned.user);
  const auto delay_us = std::chrono::duration_cast<std::chrono::microseconds>(delay).count();
  return {.planned = planned,
          .delay_us = static_cast<std::uint32_t>(delay_us),
          .cohort = spec_.plan.population().cohort_of(planned.user)};
}

void Worker::hand_out() {
  while (!ready_.empty()) {
    // A copy: when the click ends at once, personas and connections come back to the queue.
    const Click click = ready_.front();
    Connection* connection = pick(click);
    if (connection == nullptr) return;
    ready_.pop_front();
    counters_.in_flight.add();
    connection->start(click);
  }
}

bool Worker::drained() const {
  if (counters_.in_flight.value() != 0) return false;
  return stopped_ns_ || (cursor_.peek() == nullptr && later_.empty() && ready_.empty());
}

bool Worker::given_up(std::int64_t now_ns) const {
  if (stopped_ns_) return now_ns - *stopped_ns_ >= kStopGrace.count();
  if (cursor_.peek() != nullptr || !later_.empty() || ready_.empty()) return false;
  const std::int64_t hope_ns =
      std::max(last_due_ns_, last_answer_ns_) + spec_.attempt_timeout.count() + kBacklogGrace_ns;
  return now_ns > std::min(hope_ns, last_due_ns_ + kBacklogMax_ns);
}

std::int64_t Worker::next_wake_ns(std::int64_t now_ns) const {
  std::int64_t next = now_ns + kSnapshotEvery.count();
  if (counters_.in_flight.value() != 0) next = now_ns + kSweepEvery_ns;
  if (!stopped_ns_) {
    if (cursor_.peek() != nullptr) next = std::min(next, cursor_.peek()->intended_ns);
    if (!later_.empty()) next = std::min(next, later_.top().due_ns());
  }
  return std::max(next, now_ns + kTick_ns);
}

Connection& Worker::add_connection() {
  Connection& connection = connections_.emplace_back(thread_.executor(), wire_);
  tasks_.spawn(connection.play());
  return connection;
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
  record(click, ending);
  react(click, ending);
  if (stopping_ || stopped_ns_) return;
  if (spec_.mode == ConnectionMode::per_user) return;
  if (ready_.empty()) {
    idle_.push_back(&connection);
    return;
  }
  const Click next = ready_.front();
  ready_.pop_front();
  counters_.in_flight.add();
  connection.start(next);
}

/// Lets the persona click again once the user has seen how the attempt ended.
void Worker::react(const Click& click, const Ending& ending) {
  if (stopping_ || stopped_ns_) return;
  const UserIndex user = click.planned.user;
  const Population& population = spec_.plan.population();
  const std::int64_t answered_ns = ending.answered_ns != 0 ? ending.answered_ns : wire_.now_ns();
  const std::int64_t seen_ns = answered_ns + click.delay_ns();
  if (const auto again = follow_up(population.persona_of(user), click.planned)) {
    Click next = click;
    ++next.planned.try_number;
    next.planned.intended_ns = seen_ns + again->delay.count();
    if (!again->same_idempotency_key) next.planned.idempotency = key_of(next.planned);
    release_later(next);
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
  release_later(next);
}

std::uint64_t Worker::key_of(const PlannedAttempt& planned) const {
  return spec_.plan.idempotency_key(planned.user, planned.op, planned.try_number);
}

void Worker::release_later(const Click& click) {
  later_.push(click);
  if (click.due_ns() < wake_ns_) tick_timer_.cancel();
}

void Worker::record(const Click& click, const Ending& ending) {
  const PlannedAttempt& planned = click.planned;
  const Population& population = spec_.plan.population();
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
      .persona = static_cast<std::uint8_t>(population.persona_of(planned.user)),
      .outcome = static_cast<std::uint8_t>(ending.outcome)};
  const bool spends = planned.op == Op::redeem;
  append(record, spends ? wire_.coupon_of(planned) : ending.receipt);
  count(click, ending);
  if (ending.first_byte_out_ns != 0) {
    const std::int64_t lag = ending.first_byte_out_ns - click.due_ns();
    lag_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, lag)));
  }
  if (!answered) return;
  last_answer_ns_ = ending.answered_ns;
  const std::int64_t latency = record.complete_ns - record.intended_ns;
  if (planned.op != Op::reserve && planned.op != Op::claim) return;
  auto& latencies = planned.op == Op::reserve ? reservation_latencies_ : claim_latencies_;
  latencies.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, latency)));
}

void Worker::count(const Click& click, const Ending& ending) {
  if (ending.first_byte_out_ns != 0) counters_.sent.add();
  if (ending.reason == Reason::stopped_before_sending) counters_.unsent.add();
  if (is_error(ending)) counters_.errors.add();
  if (click.planned.try_number != 0) return;
  if (click.planned.op == Op::reserve) counters_.reservations_done.add();
  if (click.planned.op == Op::claim) counters_.claims_done.add();
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

void Worker::record_unsent(const Click& click) {
  record(click,
         {.outcome = Outcome::failed, .reason = Reason::stopped_before_sending, .receipt = {}});
}

/// After everything has stopped: what no connection has reported.
void Worker::record_the_rest() {
  for (Connection& connection : connections_) connection.abandon();
  for (const Click& click : ready_) record_unsent(click);
  ready_.clear();
  for (; !later_.empty(); later_.pop()) record_unsent(later_.top());
  for (; cursor_.peek() != nullptr; cursor_.pop()) record_unsent(click_of(*cursor_.peek()));
}

void Worker::publish_latencies() {
  const std::scoped_lock lock(published_mutex_);
  published_reservations_ = reservation_latencies_;
  published_claims_ = claim_latencies_;
}

}  // namespace fairrush::loadgen
