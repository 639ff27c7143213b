#include "tests/unit/reports/support/sample_fairness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "analysis/fairness/fairness.hpp"
#include "base/random/counter_random.hpp"

namespace fairrush::reports::testing {
namespace {

using analysis::Participant;
using analysis::RoundParticipants;

constexpr std::uint64_t kSeed = 23;
constexpr double kFibreShare = 0.61;

/// Everybody in the order of arrival, nobody a winner yet.
RoundParticipants arrivals_of(const analysis::RunFacts& facts, SampleCrowd crowd,
                              std::uint32_t number) {
  const CounterRandom random(kSeed + number, Stream::fairness_draws);
  RoundParticipants round;
  round.cohorts.resize(2);
  round.roster = crowd.users;
  round.intended_rate = 0.2;
  const auto fibre = static_cast<std::uint32_t>(std::lround(kFibreShare * crowd.users));
  for (std::uint32_t user = 0; user < crowd.users; ++user) {
    const std::uint16_t cohort = user < fibre ? 0 : 1;
    const std::uint32_t delay_us = cohort == 0 ? 5'000 : 60'000;
    const double seconds = -std::log(random.uniform(user, 0)) * crowd.mean_s;
    ++round.cohorts[cohort].reserved;
    ++round.cohorts[cohort].asked;
    round.by_arrival.push_back({.arrival_ns = facts.rounds.front().rush.open_ns +
                                              std::llround(seconds * 1e6) * 1000 +
                                              std::int64_t{delay_us} * 1000,
                                .user = user,
                                .reservation = user * 7 % crowd.users,
                                .delay_us = delay_us,
                                .cohort = cohort});
  }
  std::ranges::sort(round.by_arrival, {}, &Participant::arrival_ns);
  return round;
}

void draw(RoundParticipants& round, std::uint32_t winners, std::uint32_t number) {
  const CounterRandom random(kSeed + number, Stream::fairness_draws);
  std::vector<std::pair<double, std::size_t>> keys;
  for (std::size_t place = 0; place < round.by_arrival.size(); ++place) {
    keys.emplace_back(random.uniform(round.by_arrival[place].user, 1), place);
  }
  std::ranges::sort(keys);
  for (std::size_t drawn = 0; drawn < winners; ++drawn) {
    round.by_arrival[keys[drawn].second].won = true;
  }
}

void round_off(double& value) {
  value = std::stod(fmt::format("{:.6g}", value));
}

void round_off(std::vector<analysis::GroupRate>& groups) {
  for (auto& group : groups) {
    for (double* value : {&group.rate_of_reserved, &group.rate_of_claimed, &group.band_low,
                          &group.band_high, &group.rate_low, &group.rate_high}) {
      round_off(*value);
    }
  }
}

analysis::FairnessFigures rounded(analysis::FairnessFigures figures) {
  for (auto* groups :
       {&figures.cohorts, &figures.arrival_deciles, &figures.ticket_deciles, &figures.spans}) {
    round_off(*groups);
  }
  for (auto& test : figures.tests) {
    for (double* value : {&test.statistic, &test.p_value, &test.adjusted_p, &test.effect}) {
      round_off(*value);
    }
    if (test.effect_pp) round_off(*test.effect_pp);
  }
  for (auto& row : figures.equivalence) {
    for (double* value :
         {&row.members, &row.difference_pp, &row.low_pp, &row.high_pp, &row.p_value}) {
      round_off(*value);
    }
  }
  for (auto& count : figures.users.wins) round_off(count.expected);
  if (auto& evenness = figures.users.evenness) {
    for (double* value :
         {&evenness->jain, &evenness->jain_fair, &evenness->gini, &evenness->gini_fair}) {
      round_off(*value);
    }
  }
  for (double* value : {&figures.rate_of_reserved, &figures.rate_of_claimed, &figures.intended_rate,
                        &figures.impact.ratio, &figures.impact.low, &figures.impact.high,
                        &figures.users.without_win_expected, &figures.detectable_gap_pp}) {
    round_off(*value);
  }
  return figures;
}

}  // namespace

analysis::FairnessFigures drawn_figures(const analysis::RunFacts& facts, SampleCrowd crowd) {
  analysis::FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < crowd.rounds; ++number) {
    RoundParticipants round = arrivals_of(facts, crowd, number);
    draw(round, crowd.winners, number);
    study.add(round);
  }
  return rounded(study.figures());
}

analysis::FairnessFigures first_come_figures(const analysis::RunFacts& facts, SampleCrowd crowd) {
  analysis::FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < crowd.rounds; ++number) {
    RoundParticipants round = arrivals_of(facts, crowd, number);
    for (std::size_t place = 0; place < crowd.winners; ++place) {
      round.by_arrival[place].won = true;
    }
    study.add(round);
  }
  return rounded(study.figures());
}

analysis::FairnessFigures sticky_figures(const analysis::RunFacts& facts, SampleCrowd crowd) {
  analysis::FairnessStudy study(facts);
  for (std::uint32_t number = 0; number < crowd.rounds; ++number) {
    RoundParticipants round = arrivals_of(facts, crowd, number);
    draw(round, crowd.winners, number);
    // Of every ten users one wins always; as many other winners go without.
    std::uint32_t given = 0;
    for (Participant& participant : round.by_arrival) {
      if (participant.user % 10 != 3 || participant.won) continue;
      participant.won = true;
      ++given;
    }
    // Taken by user number, which says nothing of the time of arrival.
    std::vector<Participant*> others;
    for (Participant& participant : round.by_arrival) {
      if (participant.won && participant.user % 10 != 3) others.push_back(&participant);
    }
    std::ranges::sort(others, {}, [number](const Participant* other) {
      return (other->user * 7919 + number * 104729) % 1009;
    });
    for (std::uint32_t taken = 0; taken < given; ++taken) others[taken]->won = false;
    study.add(round);
  }
  return rounded(study.figures());
}

}  // namespace fairrush::reports::testing
