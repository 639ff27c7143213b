// Walking the whole plan of a rush, beside sorting an array of as many arrival times.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "loadgen/plan.hpp"

namespace fairrush::loadgen {
namespace {

Scenario scenario_of(std::int64_t users) {
  Scenario scenario;
  scenario.users = static_cast<std::uint32_t>(users);
  scenario.cohorts = {
      {"fibre", Share{0.6}, DelaySpec::fixed(std::chrono::milliseconds(5))},
      {"mobile", Share{0.4},
       DelaySpec::log_normal(std::chrono::milliseconds(60), std::chrono::milliseconds(400))}};
  scenario.personas = {{Persona::honest, Share{0.9}}, {Persona::double_clicker, Share{0.1}}};
  return scenario;
}

void walk_plan(benchmark::State& state) {
  const Plan plan(scenario_of(state.range(0)));
  for (auto _ : state) {
    for (auto cursor = plan.cursor({}); cursor.peek() != nullptr; cursor.pop()) {
      benchmark::DoNotOptimize(cursor.peek()->intended_ns);
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(walk_plan)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

void sort_times(benchmark::State& state) {
  const CounterRandom random(1, Stream::claim_time);
  for (auto _ : state) {
    std::vector<double> times;
    for (std::int64_t user = 0; user < state.range(0); ++user) {
      times.push_back(random.uniform(static_cast<std::uint64_t>(user)));
    }
    std::ranges::sort(times);
    benchmark::DoNotOptimize(times.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(sort_times)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

void one_way_delay(benchmark::State& state) {
  const Population population(scenario_of(500'000));
  std::uint32_t user = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(population.one_way_delay_of(UserIndex{user}));
    user = (user + 1) % population.size();
  }
}
BENCHMARK(one_way_delay);

}  // namespace
}  // namespace fairrush::loadgen
