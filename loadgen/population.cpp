#include "loadgen/population.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

std::size_t place_in(const std::vector<double>& bounds, double value) {
  const auto place = std::ranges::upper_bound(bounds, value) - bounds.begin();
  // The last bound may fall short of 1 by rounding.
  return std::min(static_cast<std::size_t>(place), bounds.size() - 1);
}

}  // namespace

std::uint64_t round_seed(const Scenario& scenario, std::uint32_t round) {
  return round == 0 ? scenario.seed : CounterRandom(scenario.seed, Stream::round).bits(round);
}

Population::Population(const Scenario& scenario, std::uint32_t round)
    : users_(scenario.users),
      roster_(scenario.roster_list),
      show_up_(scenario.show_up),
      winners_(scenario.winners),
      persona_random_(scenario.seed, Stream::persona),
      cohort_random_(scenario.seed, Stream::cohort),
      delay_random_(scenario.seed, Stream::one_way_delay),
      show_up_random_(round_seed(scenario, round), Stream::show_up),
      status_random_(scenario.seed, Stream::status_read),
      redemption_random_(scenario.seed, Stream::redemption) {
  FAIRRUSH_ASSERT(!scenario.cohorts.empty() && !scenario.personas.empty());
  double sum = 0;
  for (const Cohort& cohort : scenario.cohorts) {
    cohort_bounds_.push_back(sum += cohort.share.of_one);
    delays_.emplace_back(cohort.one_way_delay);
    losses_.push_back(cohort.losses);
  }
  sum = 0;
  for (const auto& [persona, share] : scenario.personas) {
    persona_bounds_.push_back(sum += share.of_one);
    personas_.push_back(persona);
  }
}

CohortId Population::cohort_of(UserIndex user) const {
  const auto place = place_in(cohort_bounds_, cohort_random_.uniform(user.value()));
  return CohortId{static_cast<std::uint16_t>(place)};
}

Persona Population::persona_of(UserIndex user) const {
  if (roster_ && !roster_->listed.holds(user)) return Persona::intruder;
  return personas_[place_in(persona_bounds_, persona_random_.uniform(user.value()))];
}

Duration Population::one_way_delay_of(UserIndex user) const {
  if (persona_of(user) == Persona::bot) return {};
  return delays_[cohort_of(user).value()].at(delay_random_.uniform(user.value()));
}

bool Population::reads_status(UserIndex user) const {
  const double share = winners_.read_status.of_one;
  return share > 0 && status_random_.uniform(user.value()) < share;
}

bool Population::redeems(UserIndex user) const {
  const double share = winners_.redeem.of_one;
  return share > 0 && redemption_random_.uniform(user.value()) < share;
}

bool Population::redeems_twice(UserIndex user) const {
  return redeems(user) &&
         redemption_random_.uniform(user.value(), 1) < winners_.redeem_twice.of_one;
}

}  // namespace fairrush::loadgen
