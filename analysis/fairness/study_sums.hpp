#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/fairness/fairness_figures.hpp"
#include "analysis/fairness/round_sums.hpp"
#include "analysis/fairness/user_table.hpp"

namespace fairrush::analysis {

/// What a study has gathered over its rounds; what its figures are computed from.
struct StudySums {
  std::vector<RoundSums> rounds;
  std::vector<Stratum> repeats;  ///< by round: winners of the round before against its losers
  std::vector<CohortCount> cohort_counts;  ///< over all rounds
  std::vector<std::uint64_t> rosters;      ///< by round
  ResidueTest arrival_residues;
  ResidueTest ticket_residues;
  UserTable users;
  Spans spans;
  bool spans_chosen = false;  ///< by the first round in which anybody came
  double intended_rates = 0;  ///< sum over the rounds
};

/// One member of every round.
template <class Member>
std::vector<Member> by_round(const StudySums& study, Member RoundSums::* member) {
  std::vector<Member> values;
  values.reserve(study.rounds.size());
  for (const RoundSums& round : study.rounds) values.push_back(round.*member);
  return values;
}

/// The tests that decide, then those that only show where to look. Figures must hold cohorts,
/// deciles, impact ratio and users already; p-values are not adjusted yet.
std::vector<TestResult> primary_tests(const StudySums& study, const FairnessFigures& figures,
                                      std::uint64_t seed);
std::vector<TestResult> exploratory_tests(const StudySums& study, const FairnessFigures& figures,
                                          std::uint64_t seed);

/// A test about to be filled in.
TestResult test_named(std::string_view id, std::string_view name, std::string_view effect_unit);

/// "0.0043", "below 1e-9": beyond that the digits mean nothing to a reader, and little to the
/// approximation.
std::string probability_text(double p_value);
/// "20.1 %".
std::string percent_of(double share);
/// "0.27 pp more", "0.27 pp less".
std::string points_more(double points);

}  // namespace fairrush::analysis
