#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/fairness/statistics/users.hpp"

namespace fairrush::analysis {

/// Winners in a group, held against what chance allows: the band is where fair draws without
/// replacement put the group's rate in 99.9 % of runs (hypergeometric; of several rounds the normal
/// with the sum of their means and variances). Counts are sums over the rounds.
struct GroupRate {
  std::string label;
  std::uint64_t reserved = 0;  ///< members on the roster
  std::uint64_t claimed = 0;   ///< of those, who took part: see `Participant`
  std::uint64_t wins = 0;
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double band_low = 0;  ///< for rate_of_claimed
  double band_high = 0;
  double rate_low = 0;  ///< 95 % interval (Wilson): how exactly so many claims show the chance
  double rate_high = 0;
  std::uint64_t asked = 0;       ///< sent a reservation, or a claim inside the window; cohorts only
  std::uint64_t unanswered = 0;  ///< of those, as `CohortCount` has it
};

/// Tests that decide whether a run is biased, and tests that only show where to look.
enum class TestFamily : std::uint8_t { primary, exploratory };

/// A statistical test with its effect in terms a person can weigh.
struct TestResult {
  std::string id;    ///< "arrival"; stable, for programs
  std::string name;  ///< "order of arrival (AUC)"
  TestFamily family = TestFamily::primary;
  bool computed = false;  ///< false: too little data; `meaning` says what is missing
  double statistic = 0;
  double p_value = 1;
  double adjusted_p = 1;  ///< for the family: Holm, or Benjamini–Hochberg for exploratory tests
  double effect = 0;
  std::string effect_unit;          ///< "AUC", "pp per 10 ms of round trip"
  std::optional<double> effect_pp;  ///< size as a gap in win probability, percentage points, ≥ 0
  bool rejected = false;            ///< adjusted_p at or below kBiasLevel, or kExploratoryLevel
  bool material = false;            ///< the effect is larger than what the scenario tolerates
  std::string meaning;              ///< one sentence
};

/// What a group of participants is.
enum class GroupKind : std::uint8_t { cohort, arrival_half, ticket_half };

/// Whether a group wins as often as everybody, to within the margin (TOST).
struct EquivalenceResult {
  std::string label;
  GroupKind kind = GroupKind::cohort;
  bool computed = false;     ///< false: nobody of the group or of the rest took part
  double members = 0;        ///< of the group in a round, on average
  double difference_pp = 0;  ///< win rate, group − everybody
  double low_pp = 0;         ///< 90 % interval
  double high_pp = 0;
  double p_value = 1;               ///< the larger of the two one-sided tests
  bool shown = false;               ///< the interval lies inside the margin
  std::uint64_t rounds_needed = 0;  ///< for power 90 %; 0 when it cannot be said
};

/// Win rate of the worst cohort over that of the best: the "four-fifths rule" of selection.
enum class ImpactLevel : std::uint8_t { fine, low, too_low };
struct ImpactRatio {
  bool computed = false;
  double ratio = 1;
  double low = 1;  ///< 90 % interval (Katz)
  double high = 1;
  std::string worst;
  std::string best;
  ImpactLevel level = ImpactLevel::fine;
};

/// Wins per user over the rounds.
struct UserFigures {
  std::uint64_t users = 0;     ///< who took part at least once
  std::vector<WinCount> wins;  ///< users by wins
  std::optional<Evenness> evenness;
  std::uint64_t without_win = 0;
  double without_win_expected = 0;  ///< Σ(1−p)^n: this many without a win are normal
};

/// One round, for the course over the rounds.
struct RoundRates {
  std::uint64_t reserved = 0;
  std::uint64_t claimed = 0;
  std::uint64_t winners = 0;
  std::vector<Tally> cohorts;
};

/// Family-wise level of the tests that decide: one false alarm in a thousand runs.
inline constexpr double kBiasLevel = 1e-3;
/// Expected share of false ones among rejected exploratory tests.
inline constexpr double kExploratoryLevel = 0.05;
/// Below these the impact ratio is low, or too low.
inline constexpr double kImpactLow = 0.95;
inline constexpr double kImpactTooLow = 0.8;

/// Everything statistics say of a run. Counts are sums over the rounds.
struct FairnessFigures {
  std::uint64_t rounds = 0;
  std::uint64_t rounds_of_chance = 0;  ///< of those, with a winner and a loser
  std::uint64_t reserved = 0;          ///< N: the roster
  std::uint64_t claimed = 0;           ///< S: of the roster, who took part: see `Participant`
  std::uint64_t winners = 0;           ///< K: of those, who hold a coupon
  double rate_of_reserved = 0;
  double rate_of_claimed = 0;
  double intended_rate = 0;  ///< C/N; mean of the rounds
  std::vector<GroupRate> cohorts;
  std::vector<GroupRate> arrival_deciles;  ///< by first byte of the first claim sent in the window
  std::vector<GroupRate> ticket_deciles;   ///< by place in the order of reservation
  /// By time since the opening, in spans into which about as many claims of the first round with
  /// any fall each (`Spans`).
  std::vector<GroupRate> spans;
  /// Seconds since the opening: where each span begins, and where 99 % had come.
  std::vector<double> span_edges_s;
  std::vector<TestResult> tests;  ///< primary first
  std::vector<EquivalenceResult> equivalence;
  ImpactRatio impact;
  UserFigures users;
  std::vector<RoundRates> by_round;
  double detectable_gap_pp = 0;     ///< smallest half-against-half gap that is seen (80 % power)
  std::uint64_t rounds_needed = 0;  ///< to show equivalence of the smallest group; 0: not known

  /// The test of that id; null when there is none.
  const TestResult* test(std::string_view id) const;
};

}  // namespace fairrush::analysis
