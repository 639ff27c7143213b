#pragma once

#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// A scenario with two cohorts and all personas but replayers and bots, for tests to change.
inline Scenario sample_scenario() {
  Scenario scenario;
  scenario.name = "sample";
  scenario.users = 5'000;
  scenario.cohorts = {
      {"fibre", Share{0.6}, DelaySpec::fixed(std::chrono::milliseconds(5))},
      {"mobile", Share{0.4},
       DelaySpec::log_normal(std::chrono::milliseconds(60), std::chrono::milliseconds(400))}};
  scenario.personas = {{Persona::honest, Share{0.8}},      {Persona::double_clicker, Share{0.06}},
                       {Persona::retrier, Share{0.05}},    {Persona::intruder, Share{0.04}},
                       {Persona::early_bird, Share{0.03}}, {Persona::latecomer, Share{0.02}}};
  return scenario;
}

/// The same with every persona there is.
inline Scenario sample_of_every_persona() {
  Scenario scenario = sample_scenario();
  scenario.personas.front().second = Share{0.72};
  scenario.personas.emplace_back(Persona::replayer, Share{0.05});
  scenario.personas.emplace_back(Persona::bot, Share{0.03});
  return scenario;
}

}  // namespace fairrush::loadgen
