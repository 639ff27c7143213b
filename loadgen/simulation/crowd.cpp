#include "loadgen/simulation/crowd.hpp"

namespace fairrush::loadgen {

Crowd::Crowd(const Scenario& scenario) : cohorts_(scenario.cohorts.size()) {
  const Population population(scenario);
  traits_.reserve(population.size());
  for (std::uint32_t index = 0; index < population.size(); ++index) {
    const UserIndex user(index);
    const auto delay =
        std::chrono::duration_cast<std::chrono::microseconds>(population.one_way_delay_of(user));
    traits_.push_back({.delay_us = static_cast<std::uint32_t>(delay.count()),
                       .cohort = population.cohort_of(user).value(),
                       .persona = population.persona_of(user)});
  }
}

}  // namespace fairrush::loadgen
