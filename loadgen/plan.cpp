#include "loadgen/plan.hpp"

#include <algorithm>
#include <queue>

#include "base/assert.hpp"
#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;

/// Reservation clicks keep away from the close of their window, so that a user on a slow network is
/// still on the roster: they fall into this part of it.
constexpr std::int64_t kReservationSpreadPercent = 75;

/// Nobody walks the clicks of an event without reservations, but they are made of a window.
constexpr Duration kReservationsMin = std::chrono::milliseconds(1);

constexpr Duration kSecondClickMin = std::chrono::milliseconds(20);
constexpr Duration kSecondClickMax = std::chrono::milliseconds(120);
constexpr Duration kLateMin = std::chrono::milliseconds(100);
constexpr Duration kLateMax = std::chrono::seconds(1);

Duration between(Duration low, Duration high, double place) {
  return low +
         Duration{static_cast<std::int64_t>(place * static_cast<double>((high - low).count()))};
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
      whims_(seed_, Stream::persona_timing) {}

ClickStream Plan::reservation_clicks() const {
  return {
      reservation_order_,
      make_arrival_times(ArrivalShape::uniform,
                         {.count = scenario_.users,
                          .window = std::max(kReservationsMin,
                                             scenario_.reserve * kReservationSpreadPercent / 100),
                          .mean = {},
                          .seed = seed_,
                          .stream = Stream::reservation_time}),
      reservation_.open_ns + kClockGuard.count()};
}

ClickStream Plan::rush_clicks() const {
  return {claim_order_,
          make_arrival_times(scenario_.arrivals, {.count = scenario_.users,
                                                  .window = scenario_.rush - kClockGuard,
                                                  .mean = scenario_.arrivals_mean,
                                                  .seed = seed_,
                                                  .stream = Stream::claim_time}),
          rush_.open_ns + kClockGuard.count()};
}

std::int64_t Plan::early_click_ns(UserIndex user, Duration one_way_delay) const {
  const Duration pause = scenario_.pause;
  const Duration before = between(pause / 4, pause * 3 / 4, whim(user)) + one_way_delay;
  return std::max<std::int64_t>(rush_.open_ns - before.count(), 1);
}

std::int64_t Plan::late_click_ns(UserIndex user) const {
  return rush_.close_ns + between(kLateMin, kLateMax, whim(user)).count();
}

Duration Plan::second_click_gap(UserIndex user) const {
  return between(kSecondClickMin, kSecondClickMax, whim(user));
}

std::uint64_t Plan::idempotency_key(UserIndex user, Op op, std::uint8_t try_number) const {
  const std::uint64_t request = static_cast<std::uint64_t>(op) << 8 | try_number;
  return CounterRandom(seed_, Stream::idempotency_key).bits(user.value(), request);
}

analysis::PlannedAttempts Plan::planned() const {
  analysis::PlannedAttempts planned;
  for (Cursor walk = cursor({}); walk.peek() != nullptr; walk.pop()) {
    const PlannedAttempt& attempt = *walk.peek();
    if (attempt.try_number != 0) continue;
    if (attempt.op == Op::reserve) {
      ++planned.reservations;
      continue;
    }
    ++planned.claims;
    if (attempt.intended_ns >= rush_.open_ns && attempt.intended_ns < rush_.close_ns) {
      ++planned.claims_inside;
    }
  }
  return planned;
}

struct Plan::Cursor::State {
  State(const Plan& of_plan, Shard of_shard);

  void advance();
  void advance_reservations();
  void advance_claims();
  void add_clicks_outside();
  PlannedAttempt attempt(UserIndex user, Op op, std::uint8_t try_number,
                         std::int64_t intended_ns) const;
  bool mine(UserIndex user) const { return user.value() % shard.count == shard.index; }

  const Plan& plan;
  Shard shard;
  ClickStream reservations;
  ClickStream claims;
  std::optional<PlannedAttempt> next_reservation;
  std::optional<PlannedAttempt> next_claim;
  // Clicks that the two streams do not give in order: second, early and late ones.
  std::priority_queue<PlannedAttempt, std::vector<PlannedAttempt>, std::greater<>> extras;
  std::optional<PlannedAttempt> head;
};

Plan::Cursor::State::State(const Plan& of_plan, Shard of_shard)
    : plan(of_plan),
      shard(of_shard),
      reservations(of_plan.reservation_clicks()),
      claims(of_plan.rush_clicks()) {
  FAIRRUSH_ASSERT(shard.count > 0 && shard.index < shard.count);
  add_clicks_outside();
  advance_reservations();
  advance_claims();
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
    if (persona == Persona::early_bird) {
      const Duration delay = plan.population_.one_way_delay_of(user);
      extras.push(attempt(user, Op::claim, 0, plan.early_click_ns(user, delay)));
    } else if (persona == Persona::latecomer) {
      extras.push(attempt(user, Op::claim, 0, plan.late_click_ns(user)));
    }
  }
}

void Plan::Cursor::State::advance_reservations() {
  next_reservation.reset();
  if (!plan.scenario_.takes_reservations()) return;
  while (const auto click = reservations.next()) {
    if (!mine(click->user) || !plan.population_.reserves(click->user)) continue;
    next_reservation = attempt(click->user, Op::reserve, 0, click->intended_ns);
    return;
  }
}

void Plan::Cursor::State::advance_claims() {
  next_claim.reset();
  while (const auto click = claims.next()) {
    const UserIndex user = click->user;
    if (!mine(user) || !plan.population_.claims(user)) continue;
    const Persona persona = plan.population_.persona_of(user);
    if (persona == Persona::latecomer) continue;
    const std::uint8_t try_number = persona == Persona::early_bird ? 1 : 0;
    next_claim = attempt(user, Op::claim, try_number, click->intended_ns);
    return;
  }
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
    advance_reservations();
  } else if (head == next_claim) {
    const UserIndex user = head->user;
    if (plan.population_.persona_of(user) == Persona::double_clicker) {
      const std::int64_t second_ns = head->intended_ns + plan.second_click_gap(user).count();
      extras.push(attempt(user, Op::claim, 1, second_ns));
    }
    advance_claims();
  } else {
    extras.pop();
  }
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
