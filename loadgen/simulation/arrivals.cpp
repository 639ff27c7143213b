#include "loadgen/simulation/arrivals.hpp"

#include "loadgen/simulation/time_order.hpp"

namespace fairrush::loadgen {

using analysis::Op;

const std::vector<Arrival>& PlannedArrivals::of(const Plan& plan, const Jitter& jitter) {
  arrivals_.clear();
  planned_ = {};
  add_reservations(plan, jitter);
  add_claims(plan, jitter);
  add_claims_outside(plan, jitter);
  sort_by_time(arrivals_, scratch_, &Arrival::at_ns);
  return arrivals_;
}

void PlannedArrivals::add(std::int64_t intended_ns, Arrival arrival, const Jitter& jitter) {
  arrival.at_ns =
      intended_ns + crowd_.of(UserIndex(arrival.user)).delay_ns() + jitter.out_ns(arrival);
  arrivals_.push_back(arrival);
}

void PlannedArrivals::add_reservations(const Plan& plan, const Jitter& jitter) {
  ClickStream clicks = plan.reservation_clicks();
  while (const auto click = clicks.next()) {
    if (crowd_.of(click->user).persona == Persona::intruder) continue;
    ++planned_.reservations;
    add(click->intended_ns, {.user = click->user.value(), .op = Op::reserve}, jitter);
  }
}

void PlannedArrivals::add_claims(const Plan& plan, const Jitter& jitter) {
  ClickStream clicks = plan.rush_clicks();
  while (const auto click = clicks.next()) {
    const UserIndex user = click->user;
    const Persona persona = crowd_.of(user).persona;
    if (persona == Persona::latecomer || !plan.population().claims(user)) continue;
    Arrival claim{.user = user.value(), .op = Op::claim};
    if (persona == Persona::early_bird) {
      claim.try_number = claim.key = 1;
    } else {
      ++planned_.claims;
      ++planned_.claims_inside;
    }
    add(click->intended_ns, claim, jitter);
    if (persona != Persona::double_clicker) continue;
    claim.try_number = claim.key = 1;
    add(click->intended_ns + plan.second_click_gap(user).count(), claim, jitter);
  }
}

void PlannedArrivals::add_claims_outside(const Plan& plan, const Jitter& jitter) {
  for (std::uint32_t index = 0; index < crowd_.size(); ++index) {
    const UserIndex user(index);
    const Persona persona = crowd_.of(user).persona;
    const bool early = persona == Persona::early_bird;
    if ((!early && persona != Persona::latecomer) || !plan.population().claims(user)) continue;
    ++planned_.claims;
    add(early ? plan.early_click_ns(user) : plan.late_click_ns(user),
        {.user = index, .op = Op::claim}, jitter);
  }
}

}  // namespace fairrush::loadgen
