// The whole of the statistics over rounds as large as the largest: taking rounds in, and the
// figures at the end with every test.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "analysis/fairness/fairness.hpp"
#include "base/random/permutation.hpp"

namespace fairrush::analysis {
namespace {

RunFacts bench_facts() {
  RunFacts facts;
  facts.cohorts = {{"fibre", 0.6, "5ms"}, {"mobile", 0.4, "60ms"}};
  facts.rounds.front().rush = {0, 60'000'000'000};
  return facts;
}

/// A fifth of the users wins, whatever they do.
RoundParticipants fair_round(std::uint32_t users, std::uint64_t seed) {
  const Permutation arrivals(users, seed, Stream::claim_order);
  const Permutation tickets(users, seed, Stream::reservation_order);
  const Permutation winners(users, seed, Stream::fairness_draws);
  RoundParticipants round;
  round.cohorts.resize(2);
  round.roster = users;
  round.intended_rate = 0.2;
  for (std::uint32_t place = 0; place < users; ++place) {
    const auto user = static_cast<std::uint32_t>(arrivals.at(place));
    const std::uint16_t cohort = user % 5 < 3 ? 0 : 1;
    ++round.cohorts[cohort].reserved;
    ++round.cohorts[cohort].asked;
    round.by_arrival.push_back({.arrival_ns = std::int64_t{place} * 100'000,
                                .user = user,
                                .reservation = static_cast<std::uint32_t>(tickets.at(user)),
                                .delay_us = cohort == 0 ? 5'000U : 60'000U + user % 97,
                                .cohort = cohort,
                                .won = winners.at(user) < users / 5});
  }
  return round;
}

/// One round of a study under way.
void add_round(benchmark::State& state) {
  const RunFacts facts = bench_facts();
  const RoundParticipants round = fair_round(static_cast<std::uint32_t>(state.range(0)), 1);
  FairnessStudy study(facts);
  for (auto _ : state) study.add(round);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(add_round)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond)->Iterations(20);

/// Two rounds, so that every test is made, with all figures.
void whole_family(benchmark::State& state) {
  const RunFacts facts = bench_facts();
  const auto users = static_cast<std::uint32_t>(state.range(0));
  const RoundParticipants first = fair_round(users, 1);
  const RoundParticipants second = fair_round(users, 2);
  for (auto _ : state) {
    FairnessStudy study(facts);
    study.add(first);
    study.add(second);
    benchmark::DoNotOptimize(study.figures());
  }
}
BENCHMARK(whole_family)->Arg(30'000)->Arg(500'000)->Unit(benchmark::kMillisecond);

/// A round so small that 10⁴ draws take the place of χ².
void small_groups(benchmark::State& state) {
  const RunFacts facts = bench_facts();
  FairnessStudy study(facts);
  study.add(fair_round(30, 1));
  for (auto _ : state) benchmark::DoNotOptimize(study.figures());
}
BENCHMARK(small_groups)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace fairrush::analysis
