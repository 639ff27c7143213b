#include "tests/unit/analysis/fairness/drawn_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace fairrush::analysis {
namespace {

constexpr std::int64_t kMillisecondNs = 1'000'000;

std::uint16_t cohort_of(const std::vector<std::uint32_t>& parts, std::uint32_t user) {
  const std::uint32_t all = std::accumulate(parts.begin(), parts.end(), 0U);
  std::uint32_t place = user % all;
  std::uint16_t cohort = 0;
  while (place >= parts[cohort]) place -= parts[cohort++];
  return cohort;
}

}  // namespace

RoundParticipants DrawnRounds::round(std::uint32_t number, const Weight& weight) const {
  const CounterRandom random(seed * 1'000'003 + number, Stream::fairness_draws);
  RoundParticipants round;
  round.cohorts.resize(cohorts.size());
  round.roster = users;
  round.intended_rate = static_cast<double>(winners) / users;
  std::vector<std::pair<double, std::uint32_t>> arrivals;
  for (std::uint32_t user = 0; user < users; ++user) {
    CohortCount& count = round.cohorts[cohort_of(cohorts, user)];
    ++count.reserved;
    if (random.uniform(user, 0) >= show_up) continue;
    ++count.asked;
    arrivals.emplace_back(random.uniform(user, 1), user);
  }
  std::ranges::sort(arrivals);
  // Keys −ln(u)/weight, the smallest win: drawing one after another by weight (Efraimidis, Spirakis
  // 2006); with equal weights a draw without replacement.
  std::vector<std::pair<double, std::size_t>> keys;
  for (const auto& [time, user] : arrivals) {
    const auto place = static_cast<std::uint32_t>(round.by_arrival.size());
    const std::uint16_t cohort = cohort_of(cohorts, user);
    round.by_arrival.push_back({.arrival_ns = place * kMillisecondNs,
                                .user = user,
                                .reservation = user,
                                .delay_us = cohort == 0 ? 5'000U : 60'000U,
                                .cohort = cohort});
    const double advantage = weight ? weight(round.by_arrival.back(), place) : 1;
    keys.emplace_back(-std::log(random.uniform(user, 2)) / advantage, place);
  }
  std::ranges::sort(keys);
  for (std::size_t drawn = 0; drawn < std::min<std::size_t>(winners, keys.size()); ++drawn) {
    round.by_arrival[keys[drawn].second].won = true;
  }
  return round;
}

RunFacts study_facts(std::uint64_t seed) {
  RunFacts facts;
  facts.seed = seed;
  facts.cohorts = {{"fibre", 0.67, "5ms"}, {"mobile", 0.33, "60ms"}};
  facts.fairness_margin = Share{0.01};
  facts.rounds.front().rush = {0, 10'000'000'000};
  return facts;
}

}  // namespace fairrush::analysis
