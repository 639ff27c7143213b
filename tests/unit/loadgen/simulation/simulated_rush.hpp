#pragma once

#include <string>
#include <utility>

#include "analysis/assessment.hpp"
#include "cli/simulate/rush_target.hpp"
#include "loadgen/execution/describe.hpp"
#include "loadgen/simulation/round_simulator.hpp"
#include "tests/unit/loadgen/sample_scenario.hpp"

namespace fairrush::loadgen {

/// A scenario, a design and a service model, ready to be played.
struct SimulatedRush {
  SimulatedRush(Scenario of, const std::string& design, ServiceModel service = {})
      : SimulatedRush(std::move(of), cli::SimulatedService{.design = design}, service) {}
  SimulatedRush(Scenario of, const cli::SimulatedService& service, ServiceModel model);

  /// The facts of a run of `rounds`, as the command states them.
  analysis::RunFacts facts(std::uint32_t rounds) const;

  /// Plays and assesses `rounds` rounds.
  analysis::Assessment assess(std::uint32_t rounds, Recording recording);

  Scenario scenario;
  ServiceModel model;
  Crowd crowd;
  cli::SimulatedService service;
  cli::RushTarget target;
  RoundSimulator simulator;
};

}  // namespace fairrush::loadgen
