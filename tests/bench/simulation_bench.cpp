// A rush of half a million users in virtual time, and what takes in its participants.
#include <benchmark/benchmark.h>

#include <string>

#include "analysis/fairness/fairness.hpp"
#include "base/memory.hpp"
#include "cli/simulate/rush_target.hpp"
#include "loadgen/simulation/round_simulator.hpp"

namespace fairrush {
namespace {

loadgen::Scenario rush_of(std::int64_t users) {
  using std::chrono::milliseconds;
  loadgen::Scenario scenario;
  scenario.name = "bench";
  scenario.users = static_cast<std::uint32_t>(users);
  scenario.arrivals.pattern.mean = milliseconds(500);
  scenario.cohorts = {
      {"fibre", Share{0.6}, loadgen::DelaySpec::fixed(milliseconds(5))},
      {"mobile", Share{0.4}, loadgen::DelaySpec::log_normal(milliseconds(60), milliseconds(400))}};
  scenario.personas = {
      {loadgen::Persona::honest, Share{0.85}},     {loadgen::Persona::double_clicker, Share{0.05}},
      {loadgen::Persona::retrier, Share{0.04}},    {loadgen::Persona::intruder, Share{0.02}},
      {loadgen::Persona::early_bird, Share{0.02}}, {loadgen::Persona::latecomer, Share{0.02}}};
  return scenario;
}

analysis::RunFacts facts_of(const loadgen::Scenario& scenario) {
  analysis::RunFacts facts;
  facts.seed = scenario.seed;
  facts.users = scenario.users;
  facts.quota = scenario.coupons;
  for (const loadgen::Cohort& cohort : scenario.cohorts)
    facts.cohorts.push_back({cohort.name, cohort.share.of_one, ""});
  return facts;
}

/// Claims a second, one thread; `state.range(0)` users.
void play_rounds(benchmark::State& state, const std::string& design, bool with_fairness) {
  keep_freed_memory();  // as the command does
  const loadgen::Scenario scenario = rush_of(state.range(0));
  const loadgen::Crowd crowd(scenario);
  const loadgen::ServiceModel model{
      .workers = 4,
      .service = loadgen::DurationModel::exponential(std::chrono::microseconds(2)),
      .jitter = {}};
  cli::RushTarget target(cli::rules_of(scenario, "bench", {.design = design}));
  loadgen::RoundSimulator simulator(scenario, crowd, model, target);
  const analysis::RunFacts facts = facts_of(scenario);
  analysis::FairnessStudy study(facts);
  std::uint32_t round = 0;
  std::int64_t claims = 0;
  for (auto _ : state) {
    const loadgen::SimulatedRound played = simulator.play(round++, loadgen::Recording::none);
    claims += static_cast<std::int64_t>(played.facts.planned.claims);
    if (with_fairness) study.add(played.participants);
    benchmark::DoNotOptimize(played.participants.by_arrival.data());
  }
  state.SetItemsProcessed(claims);
}

BENCHMARK_CAPTURE(play_rounds, ticket_list, "ticket-list", false)
    ->Arg(300)
    ->Arg(30'000)
    ->Arg(500'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(play_rounds, sealed_draw, "sealed-draw", false)
    ->Arg(300)
    ->Arg(30'000)
    ->Arg(500'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(play_rounds, ticket_list_with_fairness, "ticket-list", true)
    ->Arg(500'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(play_rounds, sealed_draw_with_fairness, "sealed-draw", true)
    ->Arg(500'000)
    ->Unit(benchmark::kMillisecond);

void learn_crowd(benchmark::State& state) {
  const loadgen::Scenario scenario = rush_of(500'000);
  for (auto _ : state) {
    const loadgen::Crowd crowd(scenario);
    benchmark::DoNotOptimize(crowd.size());
  }
}
BENCHMARK(learn_crowd)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush
