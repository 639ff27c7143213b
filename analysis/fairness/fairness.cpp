#include "analysis/fairness/fairness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/fairness/hypergeometric.hpp"
#include "analysis/fairness/statistics.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kBandCoverage = 0.999;
constexpr std::size_t kDeciles = 10;

double rate(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

/// Fills rates and band from the counts.
void complete(GroupRate& group, Tally all) {
  group.rate_of_reserved = rate(group.wins, group.reserved);
  group.rate_of_claimed = rate(group.wins, group.claimed);
  if (group.claimed == 0) return;
  const auto band = Hypergeometric({all.members, all.wins, group.claimed}).band(kBandCoverage);
  group.band_low = rate(band.low, group.claimed);
  group.band_high = rate(band.high, group.claimed);
}

std::vector<GroupRate> cohort_rates(const RunFacts& facts, const RoundParticipants& round,
                                    Tally all) {
  std::vector<GroupRate> groups;
  for (std::size_t cohort = 0; cohort < round.cohorts.size(); ++cohort) {
    const CohortCount& count = round.cohorts[cohort];
    GroupRate& group = groups.emplace_back();
    group.label = cohort < facts.cohorts.size() ? facts.cohorts[cohort].name
                                                : fmt::format("cohort {}", cohort);
    group.reserved = count.reserved;
    group.asked = count.asked;
    group.unanswered = count.unanswered;
  }
  for (const Participant& participant : round.by_arrival) {
    GroupRate& group = groups.at(participant.cohort);
    ++group.claimed;
    if (participant.won) ++group.wins;
  }
  for (GroupRate& group : groups) complete(group, all);
  return groups;
}

std::vector<GroupRate> decile_rates(const std::vector<Participant>& participants, Tally all) {
  std::vector<GroupRate> groups;
  const std::size_t count = participants.size();
  for (std::size_t decile = 0; decile < kDeciles; ++decile) {
    const std::size_t first = decile * count / kDeciles;
    const std::size_t end = (decile + 1) * count / kDeciles;
    if (first == end) continue;
    GroupRate& group = groups.emplace_back();
    group.label = fmt::format("{}-{} %", decile * 10, decile * 10 + 10);
    group.reserved = group.claimed = end - first;
    for (std::size_t place = first; place < end; ++place) {
      if (participants[place].won) ++group.wins;
    }
    complete(group, all);
  }
  return groups;
}

/// Beyond one in a billion the digits mean nothing to a reader, and little to the approximation.
std::string probability(double p_value) {
  return p_value < 1e-9 ? std::string("below 1e-9") : fmt::format("{:.2g}", p_value);
}

TestResult cohort_result(const FairnessFigures& figures, std::uint64_t seed) {
  TestResult result;
  result.name = "cohorts (chi-squared)";
  result.effect_unit = "pp between the best and the worst cohort";
  std::vector<Tally> tallies;
  const GroupRate* best = nullptr;
  const GroupRate* worst = nullptr;
  for (const GroupRate& group : figures.cohorts) {
    if (group.claimed == 0) continue;
    tallies.push_back({group.claimed, group.wins});
    if (!best || group.rate_of_claimed > best->rate_of_claimed) best = &group;
    if (!worst || group.rate_of_claimed < worst->rate_of_claimed) worst = &group;
  }
  const auto tested = test_groups(tallies, seed);
  if (!tested) {
    result.meaning = "not tested: it takes two cohorts with answered claims, a winner and a loser";
    return result;
  }
  FAIRRUSH_ASSERT(best != nullptr && worst != nullptr);  // what was tested had groups
  result.computed = true;
  result.statistic = tested->statistic;
  result.p_value = tested->p_value;
  result.effect = (best->rate_of_claimed - worst->rate_of_claimed) * 100;
  result.meaning = fmt::format(
      "{} won {} of the time, {} {}; chance alone gives such a gap with "
      "probability {}",
      best->label, percent(best->rate_of_claimed), worst->label, percent(worst->rate_of_claimed),
      probability(result.p_value));
  return result;
}

TestResult arrival_result(const std::vector<Participant>& participants) {
  TestResult result;
  result.name = "arrival (AUC)";
  result.effect_unit = "AUC";
  std::vector<Arrival> arrivals;
  arrivals.reserve(participants.size());
  for (const Participant& participant : participants) {
    arrivals.push_back({participant.arrival_ns, participant.won});
  }
  const auto tested = test_arrival(arrivals);
  if (!tested) {
    result.meaning = "not tested: it takes a winner, a loser and different times of arrival";
    return result;
  }
  result.computed = true;
  result.statistic = result.effect = tested->statistic;
  result.p_value = tested->p_value;
  result.meaning = fmt::format(
      "{:.1f} % of the pairs of a winner and a loser have the winner arriving first (50 % when "
      "arrival does not matter); chance alone strays as far with probability {}",
      (1 - tested->statistic) * 100, probability(result.p_value));
  return result;
}

}  // namespace

void FairnessStudy::add(const RoundParticipants& round) {
  const std::vector<Participant>& participants = round.by_arrival;
  FairnessFigures figures;
  figures.claimed = participants.size();
  figures.winners =
      static_cast<std::uint64_t>(std::ranges::count_if(participants, &Participant::won));
  figures.reserved = round.roster;
  figures.rate_of_reserved = rate(figures.winners, figures.reserved);
  figures.rate_of_claimed = rate(figures.winners, figures.claimed);
  figures.intended_rate = round.intended_rate;
  const Tally all{figures.claimed, figures.winners};
  figures.cohorts = cohort_rates(facts_, round, all);
  figures.arrival_deciles = decile_rates(participants, all);
  figures.cohort_test = cohort_result(figures, facts_.seed);
  figures.arrival_test = arrival_result(participants);
  const bool chance = figures.winners > 0 && figures.winners < figures.claimed;
  const StudySize study{figures.claimed, chance ? figures.rate_of_claimed : figures.intended_rate};
  figures.detectable_gap_pp = detectable_gap_pp(study);
  figures.rounds_needed = rounds_needed(study, facts_.fairness_margin.of_one);
  figures_ = std::move(figures);
}

BiasJudgement judge_bias(const FairnessFigures& figures, Share margin) {
  std::vector<const TestResult*> tests;
  std::vector<double> p_values;
  for (const TestResult* test : {&figures.cohort_test, &figures.arrival_test}) {
    if (!test->computed) continue;
    tests.push_back(test);
    p_values.push_back(test->p_value);
  }
  const std::vector<bool> rejected = holm_rejections(p_values, kBiasLevel);
  const double share = figures.rate_of_claimed;
  BiasJudgement judgement;
  for (std::size_t place = 0; place < tests.size(); ++place) {
    const TestResult& test = *tests[place];
    // Early half against late half: a gap d moves the area by d/(8p(1−p)).
    const double gap = &test == &figures.arrival_test
                           ? 8 * share * (1 - share) * std::abs(test.effect - 0.5)
                           : test.effect / 100;
    if (!rejected[place] || gap <= margin.of_one) continue;
    judgement.biased = true;
    if (!judgement.reason.empty()) judgement.reason += "; ";
    judgement.reason += test.meaning;
  }
  return judgement;
}

}  // namespace fairrush::analysis
