#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/fairness/study_sums.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kPercent = 100;
constexpr double kTenMs = 10;

/// The groups with members that win most and least.
struct Extremes {
  const GroupRate* best = nullptr;
  const GroupRate* worst = nullptr;
  double gap() const { return best->rate_of_claimed - worst->rate_of_claimed; }
};
Extremes extremes_of(const std::vector<GroupRate>& groups) {
  Extremes extremes;
  for (const GroupRate& group : groups) {
    if (group.claimed == 0) continue;
    if (!extremes.best || group.rate_of_claimed > extremes.best->rate_of_claimed) {
      extremes.best = &group;
    }
    if (!extremes.worst || group.rate_of_claimed < extremes.worst->rate_of_claimed) {
      extremes.worst = &group;
    }
  }
  return extremes;
}

/// Fills in what all tests share; the effect comes from the caller.
void complete(TestResult& result, Tested tested, double effect, double effect_pp) {
  result.computed = true;
  result.statistic = tested.statistic;
  result.p_value = tested.p_value;
  result.effect = effect;
  result.effect_pp = std::abs(effect_pp);
}

TestResult arrival_test(const StudySums& study, const FairnessFigures& figures) {
  TestResult result = test_named("arrival", "order of arrival (AUC)", "AUC");
  const auto tested = test_ranks(by_round(study, &RoundSums::arrival_rank));
  if (!tested) {
    result.meaning = "not tested: it takes a winner, a loser and different times of arrival";
    return result;
  }
  const double gap = gap_of_area(tested->statistic, figures.rate_of_claimed);
  complete(result, *tested, tested->statistic, gap * kPercent);
  result.meaning = fmt::format(
      "{:.1f} % of the pairs of a winner and a loser have the winner arriving first (50 % when "
      "arrival does not matter); chance alone strays as far with probability {}",
      (1 - tested->statistic) * kPercent, probability_text(result.p_value));
  return result;
}

/// The gap is that between users one standard deviation above and one below the mean, which for two
/// halves of equal latency each is the gap between the halves.
TestResult latency_test(const StudySums& study) {
  TestResult result =
      test_named("latency", "network latency (trend)", "pp per 10 ms of round trip");
  const auto trend = test_trend(by_round(study, &RoundSums::round_trip));
  if (!trend) {
    result.meaning = "not tested: it takes a winner, a loser and different round-trip times";
    return result;
  }
  const double per_ten = trend->slope * kTenMs * kPercent;
  complete(result, {trend->z, trend->p_value}, per_ten,
           2 * trend->deviation * trend->slope * kPercent);
  result.meaning = fmt::format(
      "10 ms more of round trip change the chance by {:+.3f} percentage points; chance alone gives "
      "such a trend with probability {}",
      per_ten, probability_text(result.p_value));
  return result;
}

TestResult cohort_test(const StudySums& study, const FairnessFigures& figures, std::uint64_t seed) {
  TestResult result = test_named(
      "cohorts",
      study.rounds.size() > 1 ? "cohorts (Cochran-Mantel-Haenszel)" : "cohorts (chi-squared)",
      "pp between the best and the worst cohort");
  const auto tested = test_groups(by_round(study, &RoundSums::cohorts), seed);
  if (!tested) {
    result.meaning = "not tested: it takes two cohorts with answered claims, a winner and a loser";
    return result;
  }
  const Extremes extremes = extremes_of(figures.cohorts);
  const double gap = extremes.gap() * kPercent;
  complete(result, *tested, gap, gap);
  result.meaning = fmt::format(
      "{} won {} of the time, {} {}; chance alone gives such a gap with probability {}",
      extremes.best->label, percent_of(extremes.best->rate_of_claimed), extremes.worst->label,
      percent_of(extremes.worst->rate_of_claimed), probability_text(result.p_value));
  return result;
}

TestResult ticket_test(const StudySums& study, const FairnessFigures& figures, std::uint64_t seed) {
  TestResult result =
      test_named("tickets", "ticket numbers (tenths)", "pp between the best and the worst tenth");
  const auto tested = test_groups(by_round(study, &RoundSums::ticket_deciles), seed);
  if (!tested) {
    result.meaning = "not tested: it takes an order of reservation, a winner and a loser";
    return result;
  }
  const Extremes extremes = extremes_of(figures.ticket_deciles);
  const double gap = extremes.gap() * kPercent;
  complete(result, *tested, gap, gap);
  result.meaning = fmt::format(
      "the tenth of tickets at {} won {} of the time, that at {} {}; chance alone spreads the "
      "tenths "
      "as far with probability {}",
      extremes.best->label, percent_of(extremes.best->rate_of_claimed), extremes.worst->label,
      percent_of(extremes.worst->rate_of_claimed), probability_text(result.p_value));
  return result;
}

/// One pattern by which a winner could be foretold.
struct Pattern {
  Tested tested;
  double gap = 0;  ///< in win probability, signed
  std::string meaning;
};

void add_runs(std::vector<Pattern>& patterns, const std::vector<RunsSum>& rounds,
              std::string_view order) {
  const auto tested = test_runs(rounds);
  if (!tested) return;
  patterns.push_back(
      {{tested->z, tested->p_value},
       tested->after_win,
       fmt::format("by {}, the next after a winner wins {} often than the next after a loser",
                   order, points_more(tested->after_win * kPercent))});
}

void add_residues(std::vector<Pattern>& patterns, const ResidueTest& residues,
                  std::string_view order) {
  for (const ResidueTest::Result& result : residues.results()) {
    patterns.push_back({{result.statistic, result.p_value},
                        result.gap,
                        fmt::format("by {} modulo {}, the best place wins {:.1f} pp more often "
                                    "than the worst",
                                    order, result.modulus, result.gap * kPercent)});
  }
}

/// The smallest of all p-values times their number (Bonferroni), with the effect of that pattern.
TestResult predictability_test(const StudySums& study) {
  TestResult result = test_named("predictability", "predictability (runs, place modulo q)",
                                 "pp between the best and the worst place");
  std::vector<Pattern> patterns;
  add_runs(patterns, by_round(study, &RoundSums::arrival_runs), "order of arrival");
  add_runs(patterns, by_round(study, &RoundSums::ticket_runs), "ticket number");
  add_residues(patterns, study.arrival_residues, "order of arrival");
  add_residues(patterns, study.ticket_residues, "ticket number");
  if (patterns.empty()) {
    result.meaning = "not tested: it takes a winner and a loser";
    return result;
  }
  const auto strongest = std::ranges::min_element(
      patterns, {}, [](const Pattern& pattern) { return pattern.tested.p_value; });
  complete(result, strongest->tested, strongest->gap * kPercent, strongest->gap * kPercent);
  result.p_value = std::min(1.0, strongest->tested.p_value * static_cast<double>(patterns.size()));
  result.meaning = fmt::format(
      "{}; chance alone gives a pattern as strong, among {} looked for, with "
      "probability {}",
      strongest->meaning, patterns.size(), probability_text(result.p_value));
  return result;
}

/// What makes some users win more often than a draw lets them.
std::string luck_cause(const Dispersion& tested) {
  if (tested.deviation == 0) return "so nobody is luckier than a draw makes them";
  return fmt::format("as if users' own chances differed by {:.2f} pp (standard deviation)",
                     tested.deviation * kPercent);
}

TestResult luck_test(const StudySums& study) {
  TestResult result =
      test_named("luck", "lucky users (Cochran's Q)", "times a draw's spread of wins");
  const auto tested = test_dispersion(study.users.records(), by_round(study, &RoundSums::all));
  if (!tested) {
    result.meaning = "not tested: it takes users in two rounds with a winner and a loser";
    return result;
  }
  complete(result, {tested->statistic, tested->luckier_p}, tested->ratio,
           tested->deviation * kPercent);
  result.meaning = fmt::format(
      "wins are spread over users {:.3f} times as widely as by a draw, {}; chance alone spreads "
      "them as widely with probability {}",
      tested->ratio, luck_cause(*tested), probability_text(result.p_value));
  return result;
}

}  // namespace

TestResult test_named(std::string_view id, std::string_view name, std::string_view effect_unit) {
  TestResult result;
  result.id = id;
  result.name = name;
  result.effect_unit = effect_unit;
  return result;
}

std::string probability_text(double p_value) {
  return p_value < 1e-9 ? std::string("below 1e-9") : fmt::format("{:.2g}", p_value);
}

std::string points_more(double points) {
  return fmt::format("{:.2f} pp {}", std::abs(points), points < 0 ? "less" : "more");
}

std::string percent_of(double share) {
  return fmt::format("{:.1f} %", share * kPercent);
}

std::vector<TestResult> primary_tests(const StudySums& study, const FairnessFigures& figures,
                                      std::uint64_t seed) {
  return {cohort_test(study, figures, seed), arrival_test(study, figures), latency_test(study),
          ticket_test(study, figures, seed), predictability_test(study),   luck_test(study)};
}

}  // namespace fairrush::analysis
