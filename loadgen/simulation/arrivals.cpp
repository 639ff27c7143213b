#include "loadgen/simulation/arrivals.hpp"

#include "loadgen/simulation/time_order.hpp"

namespace fairrush::loadgen {

using analysis::Op;

namespace {

/// Calls `visit(click, traits)` for every click. Users come in random order: their traits are
/// fetched a block at a time, so that the fetches overlap.
template <class Visit>
void each_click(ClickStream clicks, const Crowd& crowd, Visit visit) {
  for (auto block = clicks.next_block(); !block.empty(); block = clicks.next_block()) {
    for (const ClickStream::Click& click : block) crowd.expect(click.user);
    for (const ClickStream::Click& click : block) visit(click, crowd.of(click.user));
  }
}

Arrival first_try(UserIndex user, const UserTraits& traits, Op op) {
  return {.user = user.value(), .cohort = traits.cohort, .op = op, .persona = traits.persona};
}

}  // namespace

void PlannedArrivals::open(const Plan& plan, const Jitter& jitter) {
  planned_ = {};
  for (Lane& lane : lanes_) {
    lane.arrivals.clear();
    lane.next = 0;
  }
  add_reservations(plan, jitter);
  add_claims(plan, jitter);
  add_claims_outside(plan, jitter);
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
    sort_by_time(lanes_[lane].arrivals, scratch_, &Arrival::at_ns);
    heads_ns_[lane] = lanes_[lane].head_ns();
  }
  find_head();
}

/// Those of one instant come in the order of the lanes.
void PlannedArrivals::find_head() {
  std::size_t first = 0;
  for (std::size_t lane = 1; lane < heads_ns_.size(); ++lane) {
    first = heads_ns_[lane] < heads_ns_[first] ? lane : first;
  }
  head_lane_ = first;
  head_ = heads_ns_[first] == analysis::kNever ? nullptr : lanes_[first].head();
}

void PlannedArrivals::pop() {
  Lane& lane = lanes_[head_lane_];
  ++lane.next;
  heads_ns_[head_lane_] = lane.head_ns();
  find_head();
}

void PlannedArrivals::add(Lane& lane, std::int64_t intended_ns, std::int64_t delay_ns,
                          Arrival arrival, const Jitter& jitter) {
  arrival.at_ns = intended_ns + delay_ns + jitter.out_ns(arrival);
  lane.arrivals.push_back(arrival);
}

void PlannedArrivals::add_reservations(const Plan& plan, const Jitter& jitter) {
  each_click(plan.reservation_clicks(), crowd_,
             [&](const ClickStream::Click& click, const UserTraits& traits) {
               if (traits.persona == Persona::intruder) return;
               ++planned_.reservations;
               add(lane_of(traits), click.intended_ns, traits.delay_ns(),
                   first_try(click.user, traits, Op::reserve), jitter);
             });
}

void PlannedArrivals::add_claims(const Plan& plan, const Jitter& jitter) {
  each_click(plan.rush_clicks(), crowd_,
             [&](const ClickStream::Click& click, const UserTraits& traits) {
               if (traits.claims_in(plan, click.user)) add_claim(plan, click, traits, jitter);
             });
}

void PlannedArrivals::add_claim(const Plan& plan, const ClickStream::Click& click,
                                const UserTraits& traits, const Jitter& jitter) {
  const auto try_number = Plan::try_in_stream(traits.persona);
  if (!try_number) return;
  Arrival claim = first_try(click.user, traits, Op::claim);
  claim.try_number = claim.key = *try_number;
  if (*try_number == 0) {
    ++planned_.claims;
    const Fate fate = plan.fate_of(click.user, Op::claim, 0);
    if (fate != Fate::request_lost) ++planned_.claims_inside;
  }
  add(lane_of(traits), click.intended_ns, traits.delay_ns(), claim, jitter);
  add_repeats(plan, click, traits, claim, jitter);
}

/// Adds what follows `claim`, which was clicked at `click`, of itself.
void PlannedArrivals::add_repeats(const Plan& plan, ClickStream::Click click,
                                  const UserTraits& traits, Arrival claim, const Jitter& jitter) {
  while (const auto repeat =
             plan.repeat_after(click.user, traits.persona, claim.try_number, click.intended_ns)) {
    click.intended_ns = repeat->intended_ns;
    claim.try_number = repeat->try_number;
    claim.key = repeat->key_try;
    add(extras(), click.intended_ns, traits.delay_ns(), claim, jitter);
  }
}

void PlannedArrivals::add_claims_outside(const Plan& plan, const Jitter& jitter) {
  for (std::uint32_t index = 0; index < crowd_.size(); ++index) {
    const UserIndex user(index);
    const UserTraits& traits = crowd_.of(user);
    const auto intended_ns =
        plan.first_claim_outside_ns(user, traits.persona, Duration(traits.delay_ns()));
    if (!intended_ns || !traits.claims_in(plan, user)) continue;
    ++planned_.claims;
    const Arrival claim = first_try(user, traits, Op::claim);
    add(extras(), *intended_ns, traits.delay_ns(), claim, jitter);
    add_repeats(plan, {user, *intended_ns}, traits, claim, jitter);
  }
}

}  // namespace fairrush::loadgen
