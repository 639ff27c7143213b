#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace fairrush::analysis {

/// Winners in a group, held against what chance allows: the band is where a fair draw of K among N
/// without replacement puts the group's rate in 99.9 % of runs (hypergeometric).
struct GroupRate {
  std::string label;
  std::uint64_t reserved = 0;  ///< members on the roster
  std::uint64_t claimed = 0;   ///< of those, with a claim inside the window that got its answer
  std::uint64_t wins = 0;
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double band_low = 0;  ///< for rate_of_claimed
  double band_high = 0;
  std::uint64_t asked = 0;       ///< sent a reservation, or a claim inside the window; cohorts only
  std::uint64_t unanswered = 0;  ///< of those, without a definite answer to one of the two
};

/// A statistical test with its effect in terms a person can weigh.
struct TestResult {
  std::string name;  ///< "cohorts (chi-squared)"
  double statistic = 0;
  double p_value = 1;  ///< two-sided
  double effect = 0;
  std::string effect_unit;  ///< "pp between the best and the worst cohort", "AUC"
  std::string meaning;      ///< one sentence
  bool computed = false;    ///< false: too little data; `meaning` says what is missing
};

struct FairnessFigures {
  std::uint64_t reserved = 0;  ///< N: the roster
  std::uint64_t claimed = 0;   ///< S: of the roster, with an answered claim inside the window
  std::uint64_t winners = 0;   ///< K: of those, who hold a coupon
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double intended_rate = 0;  ///< C/N
  std::vector<GroupRate> cohorts;
  std::vector<GroupRate> arrival_deciles;  ///< by first byte of the first claim sent in the window
  TestResult cohort_test;
  TestResult arrival_test;  ///< AUC of arrival rank against winning; ½ = arrival does not matter
  double detectable_gap_pp = 0;  ///< smallest half-against-half gap one round can see (80 % power)
  std::uint64_t rounds_needed = 0;  ///< to show equivalence within the margin, verification.md §4.4
};

}  // namespace fairrush::analysis
