#include "loadgen/plan.hpp"

#include <algorithm>
#include <queue>

#include "base/assert.hpp"
#include "loadgen/phase_clicks.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;

constexpr Duration kSecondClickMin = std::chrono::milliseconds(20);
constexpr Duration kSecondClickMax = std::chrono::milliseconds(120);
constexpr Duration kLateMin = std::chrono::milliseconds(100);
constexpr Duration kLateMax = std::chrono::seconds(1);

/// A bot's claims: one or two are early, the others are there before any person could be.
constexpr std::uint8_t kBotClaims = 8;
constexpr Duration kBotEvery = std::chrono::milliseconds(25);

Duration between(Duration low, Duration high, double place) {
  return low +
         Duration{static_cast<std::int64_t>(place * static_cast<double>((high - low).count()))};
}

bool loses_anything(const Cohort& cohort) {
  return cohort.losses.requests.of_one > 0 || cohort.losses.answers.of_one > 0;
}

analysis::Window window_after(std::int64_t start_ns, Duration length) {
  return {.open_ns = start_ns, .close_ns = start_ns + length.count()};
}

}  // namespace

Plan::Plan(const Scenario& scenario, std::uint32_t round, std::int64_t start_ns)
    : scenario_(scenario),
      round_(round),
      seed_(round_seed(scenario, round)),
      population_(scenario, round),
      reservation_(window_after(start_ns + scenario.lead.count(), scenario.reserve)),
      rush_(window_after(reservation_.close_ns + scenario.pause.count(), scenario.rush)),
      reservation_order_(scenario.users, seed_, Stream::reservation_order),
      claim_order_(scenario.users, seed_, Stream::claim_order),
      whims_(seed_, Stream::persona_timing),
      losses_(seed_, Stream::loss),
      loses_any_(std::ranges::any_of(scenario.cohorts, &loses_anything)) {}

ClickStream Plan::reservation_clicks() const {
  return {reservation_order_,
          make_arrival_times(scenario_.reserve_arrivals, {.count = scenario_.users,
                                                          .window = reservation_span(scenario_),
                                                          .seed = seed_,
                                                          .stream = Stream::reservation_time}),
          reservation_.open_ns + kClockGuard.count()};
}

ClickStream Plan::rush_clicks() const {
  return {claim_order_,
          make_arrival_times(scenario_.arrivals, {.count = scenario_.users,
                                                  .window = rush_span(scenario_),
                                                  .seed = seed_,
                                                  .stream = Stream::claim_time}),
          rush_.open_ns + kClockGuard.count()};
}

std::optional<Plan::Loop> Plan::loop(Op op) const {
  const bool reserving = op == Op::reserve;
  const Arrivals& arrivals = reserving ? scenario_.reserve_arrivals : scenario_.arrivals;
  if (!arrivals.is_closed() || (reserving && !scenario_.takes_reservations())) return std::nullopt;
  const std::int64_t open_ns = (reserving ? reservation_ : rush_).open_ns + kClockGuard.count();
  const Duration span = reserving ? reservation_span(scenario_) : rush_span(scenario_);
  return Loop{.users = arrivals.pattern.users,
              .think = arrivals.pattern.think,
              .clicks = window_after(open_ns, span)};
}

std::optional<std::uint8_t> Plan::try_in_stream(Persona persona) {
  if (persona == Persona::latecomer || persona == Persona::bot) return std::nullopt;
  return persona == Persona::early_bird ? 1 : 0;
}

std::optional<std::int64_t> Plan::first_claim_outside_ns(UserIndex user, Persona persona,
                                                         Duration one_way_delay) const {
  const Duration pause = scenario_.pause;
  switch (persona) {
    case Persona::early_bird: {
      const Duration before = between(pause / 4, pause * 3 / 4, whim(user)) + one_way_delay;
      return std::max<std::int64_t>(rush_.open_ns - before.count(), 1);
    }
    case Persona::latecomer:
      return after_close_ns(user);
    case Persona::bot: {
      const Duration before = between(kBotEvery, 2 * kBotEvery, whim(user));
      return rush_.open_ns - std::min(before, pause / 2).count();
    }
    default:
      return std::nullopt;
  }
}

std::optional<Plan::Repeat> Plan::repeat_after(UserIndex user, Persona persona,
                                               std::uint8_t try_number,
                                               std::int64_t intended_ns) const {
  const auto next = static_cast<std::uint8_t>(try_number + 1);
  if (persona == Persona::double_clicker && try_number == 0) {
    const Duration gap = between(kSecondClickMin, kSecondClickMax, whim(user));
    return Repeat{.intended_ns = intended_ns + gap.count(), .try_number = next, .key_try = next};
  }
  if (persona == Persona::bot && next < kBotClaims) {
    return Repeat{
        .intended_ns = intended_ns + kBotEvery.count(), .try_number = next, .key_try = next};
  }
  if (persona == Persona::replayer && try_number == 0) {
    const Duration left{rush_.close_ns - intended_ns};
    const Duration wait = between(left / 4, left * 3 / 4, whim(user));
    return Repeat{.intended_ns = intended_ns + wait.count(), .try_number = next, .key_try = 0};
  }
  if (persona == Persona::replayer && try_number == 1) {
    return Repeat{.intended_ns = after_close_ns(user), .try_number = next, .key_try = 0};
  }
  return std::nullopt;
}

std::int64_t Plan::after_close_ns(UserIndex user) const {
  return rush_.close_ns + between(kLateMin, kLateMax, whim(user)).count();
}

std::uint64_t Plan::idempotency_key(UserIndex user, Op op, std::uint8_t try_number) const {
  const std::uint64_t request = static_cast<std::uint64_t>(op) << 8 | try_number;
  return CounterRandom(seed_, Stream::idempotency_key).bits(user.value(), request);
}

Fate Plan::fate_of(UserIndex user, Op op, std::uint8_t try_number) const {
  if (!loses_any_) return Fate::arrives;
  const Losses& losses = population_.losses_of(user);
  const std::uint64_t way = static_cast<std::uint64_t>(op) << 16 | std::uint64_t{try_number} << 8;
  if (losses_.uniform(user.value(), way) < losses.requests.of_one) return Fate::request_lost;
  if (losses_.uniform(user.value(), way | 1) < losses.answers.of_one) return Fate::answer_lost;
  return Fate::arrives;
}

analysis::PlannedAttempts Plan::planned() const {
  analysis::PlannedAttempts planned;
  const auto count = [&](const PlannedAttempt& attempt) {
    if (attempt.try_number != 0) return;
    if (attempt.op == Op::reserve) {
      ++planned.reservations;
      return;
    }
    ++planned.claims;
    const bool inside =
        attempt.intended_ns >= rush_.open_ns && attempt.intended_ns < rush_.close_ns;
    if (inside && fate_of(attempt.user, Op::claim, 0) != Fate::request_lost) {
      ++planned.claims_inside;
    }
  };
  for (Cursor walk = cursor({}); walk.peek() != nullptr; walk.pop()) count(*walk.peek());
  for (const Op op : {Op::reserve, Op::claim}) {
    if (!loop(op)) continue;
    PhaseClicks clicks(*this, op, {});
    while (const auto attempt = clicks.next()) count(*attempt);
  }
  return planned;
}

struct Plan::Cursor::State {
  State(const Plan& of_plan, Shard of_shard);

  void advance();
  void add_clicks_outside();
  void add_repeat(const PlannedAttempt& claim);
  PlannedAttempt attempt(UserIndex user, Op op, std::uint8_t try_number,
                         std::int64_t intended_ns) const;
  bool mine(UserIndex user) const { return user.value() % shard.count == shard.index; }

  const Plan& plan;
  Shard shard;
  PhaseClicks reservations;
  PhaseClicks claims;
  std::optional<PlannedAttempt> next_reservation;
  std::optional<PlannedAttempt> next_claim;
  // Clicks that the two streams do not give in order: second, early and late ones.
  std::priority_queue<PlannedAttempt, std::vector<PlannedAttempt>, std::greater<>> extras;
  std::optional<PlannedAttempt> head;
};

Plan::Cursor::State::State(const Plan& of_plan, Shard of_shard)
    : plan(of_plan),
      shard(of_shard),
      reservations(of_plan, Op::reserve, of_shard),
      claims(of_plan, Op::claim, of_shard) {
  add_clicks_outside();
  if (plan.scenario_.takes_reservations() && !plan.loop(Op::reserve)) {
    next_reservation = reservations.next();
  }
  if (!plan.loop(Op::claim)) next_claim = claims.next();
  advance();
}

PlannedAttempt Plan::Cursor::State::attempt(UserIndex user, Op op, std::uint8_t try_number,
                                            std::int64_t intended_ns) const {
  return {.intended_ns = intended_ns,
          .user = user,
          .op = op,
          .try_number = try_number,
          .idempotency = plan.idempotency_key(user, op, try_number)};
}

void Plan::Cursor::State::add_clicks_outside() {
  for (std::uint32_t index = 0; index < plan.population_.size(); ++index) {
    const UserIndex user{index};
    if (!mine(user) || !plan.population_.claims(user)) continue;
    const Persona persona = plan.population_.persona_of(user);
    const Duration delay =
        persona == Persona::early_bird ? plan.population_.one_way_delay_of(user) : Duration::zero();
    const auto intended_ns = plan.first_claim_outside_ns(user, persona, delay);
    if (intended_ns) extras.push(attempt(user, Op::claim, 0, *intended_ns));
  }
}

/// Puts the claim into the queue that follows `claim` of itself.
void Plan::Cursor::State::add_repeat(const PlannedAttempt& claim) {
  const UserIndex user = claim.user;
  const auto repeat = plan.repeat_after(user, plan.population_.persona_of(user), claim.try_number,
                                        claim.intended_ns);
  if (!repeat) return;
  PlannedAttempt next = attempt(user, Op::claim, repeat->try_number, repeat->intended_ns);
  next.idempotency = plan.idempotency_key(user, Op::claim, repeat->key_try);
  extras.push(next);
}

void Plan::Cursor::State::advance() {
  head.reset();
  const auto offer = [this](const std::optional<PlannedAttempt>& candidate) {
    if (candidate && (!head || candidate->intended_ns < head->intended_ns)) head = candidate;
  };
  offer(next_reservation);
  offer(next_claim);
  if (!extras.empty()) offer(extras.top());
  if (!head) return;
  if (head == next_reservation) {
    next_reservation = reservations.next();
    return;
  }
  if (head == next_claim) {
    next_claim = claims.next();
  } else {
    extras.pop();
  }
  add_repeat(*head);
}

Plan::Cursor::Cursor(const Plan& plan, Shard shard)
    : state_(std::make_unique<State>(plan, shard)) {}
Plan::Cursor::~Cursor() = default;
Plan::Cursor::Cursor(Cursor&&) noexcept = default;
Plan::Cursor& Plan::Cursor::operator=(Cursor&&) noexcept = default;

const PlannedAttempt* Plan::Cursor::peek() const {
  return state_->head ? &*state_->head : nullptr;
}

void Plan::Cursor::pop() {
  state_->advance();
}

}  // namespace fairrush::loadgen
