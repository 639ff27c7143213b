#include "tests/unit/loadgen/simulation/simulated_rush.hpp"

namespace fairrush::loadgen {

SimulatedRush::SimulatedRush(Scenario of, const cli::SimulatedService& of_service,
                             ServiceModel of_model)
    : scenario(std::move(of)),
      model(of_model),
      crowd(scenario),
      service(of_service),
      target(cli::rules_of(scenario, event_id(scenario), service)),
      simulator(scenario, crowd, model, target) {}

analysis::RunFacts SimulatedRush::facts(std::uint32_t rounds) const {
  analysis::RunFacts facts = describe_run(scenario);
  facts.event = event_id(scenario);
  facts.simulation = model.text();
  const bool as_named = service.no_show == cli::NoShow::hold && !service.fault;
  facts.allocation = as_named ? allocation_of(service.design) : analysis::Allocation::unknown;
  facts.attempted = attempted_sightings(scenario, Plan(scenario), facts.allocation);
  facts.rounds.assign(rounds, {});
  return facts;
}

analysis::Assessment SimulatedRush::assess(std::uint32_t rounds, Recording recording) {
  analysis::RunFacts facts = this->facts(rounds);
  analysis::Assessor assessor(facts);
  for (std::uint32_t round = 0; round < rounds; ++round) {
    SimulatedRound played = simulator.play(round, recording);
    facts.rounds[round] = played.facts;
    assessor.add(assess_simulated(facts, played));
  }
  return assessor.finish();
}

}  // namespace fairrush::loadgen
