#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/fairness/statistics/hypergeometric.hpp"
#include "analysis/fairness/study_sums.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kPercent = 100;
constexpr double kTenMs = 10;
constexpr std::size_t kCohortsMax = 24;

/// Adds a test that could be made; one that could not says nothing here.
void add(std::vector<TestResult>& tests, TestResult result, Tested tested) {
  result.family = TestFamily::exploratory;
  result.computed = true;
  result.statistic = tested.statistic;
  result.p_value = tested.p_value;
  result.meaning += fmt::format("; chance alone gives as much with probability {}",
                                probability_text(tested.p_value));
  tests.push_back(std::move(result));
}

/// One round has an exact answer.
double p_of_cohort(const std::vector<Stratum>& strata, const Difference& difference) {
  if (strata.size() > 1) return difference.p_value;
  const Stratum& only = strata.front();
  return Hypergeometric({only.all.members, only.all.wins, only.group.members})
      .two_sided(only.group.wins);
}

void add_cohorts(std::vector<TestResult>& tests, const StudySums& study,
                 const FairnessFigures& figures) {
  const std::vector<Groups> rounds = by_round(study, &RoundSums::cohorts);
  for (std::size_t cohort = 0; cohort < std::min(figures.cohorts.size(), kCohortsMax); ++cohort) {
    const std::vector<Stratum> strata = strata_of(rounds, cohort);
    const auto difference = pooled_difference(strata);
    if (!difference) continue;
    const std::string& label = figures.cohorts[cohort].label;
    TestResult result = test_named(fmt::format("cohort-{}", cohort),
                                   fmt::format("{} against the rest", label), "pp, cohort − rest");
    result.effect = difference->from_rest.of_one * kPercent;
    result.effect_pp = std::abs(result.effect);
    result.meaning =
        fmt::format("{} wins {} often than the rest", label, points_more(result.effect));
    add(tests, result, {difference->statistic, p_of_cohort(strata, *difference)});
    if (difference->rounds < 2) continue;
    result = test_named(fmt::format("cohort-{}-steady", cohort),
                        fmt::format("{}, the same in every round", label), "χ² over its mean");
    result.effect = difference->heterogeneity / static_cast<double>(difference->rounds - 1);
    result.meaning =
        fmt::format("the gap of {} differs between rounds {:.2f} times as much as by chance", label,
                    result.effect);
    add(tests, result, {difference->heterogeneity, difference->heterogeneity_p});
  }
}

void add_trends(std::vector<TestResult>& tests, const StudySums& study) {
  if (const auto trend = test_trend(by_round(study, &RoundSums::arrival_time))) {
    TestResult result = test_named("arrival-time", "time of arrival (trend)", "pp per 10 ms later");
    result.effect = trend->slope * kTenMs * kPercent;
    result.effect_pp = std::abs(2 * trend->deviation * trend->slope * kPercent);
    result.meaning =
        fmt::format("coming 10 ms later changes the chance by {:+.4f} pp", result.effect);
    add(tests, std::move(result), {trend->z, trend->p_value});
  }
  if (const auto trend = test_trend(by_round(study, &RoundSums::ticket_order))) {
    TestResult result = test_named("ticket-order", "order of reservation (trend)",
                                   "pp from the first ticket to the last");
    result.effect = trend->slope * kPercent;
    result.effect_pp = std::abs(2 * trend->deviation * trend->slope * kPercent);
    result.meaning = fmt::format(
        "from the first ticket to the last the chance changes by {:+.2f} "
        "pp",
        result.effect);
    add(tests, std::move(result), {trend->z, trend->p_value});
  }
}

void add_ticket_ranks(std::vector<TestResult>& tests, const StudySums& study,
                      const FairnessFigures& figures) {
  const auto tested = test_ranks(by_round(study, &RoundSums::ticket_rank));
  if (!tested) return;
  TestResult result = test_named("ticket-ranks", "order of reservation (AUC)", "AUC");
  result.effect = tested->statistic;
  result.effect_pp = std::abs(gap_of_area(tested->statistic, figures.rate_of_claimed)) * kPercent;
  result.meaning =
      fmt::format("{:.1f} % of the pairs of a winner and a loser have the winner reserving first",
                  (1 - tested->statistic) * kPercent);
  add(tests, std::move(result), *tested);
}

double gap_of(const std::vector<GroupRate>& groups) {
  double best = 0;
  double worst = 1;
  for (const GroupRate& group : groups) {
    if (group.claimed == 0) continue;
    best = std::max(best, group.rate_of_claimed);
    worst = std::min(worst, group.rate_of_claimed);
  }
  return std::max(0.0, best - worst);
}

void add_deciles(std::vector<TestResult>& tests, const StudySums& study,
                 const FairnessFigures& figures, std::uint64_t seed) {
  const auto tested = test_groups(by_round(study, &RoundSums::arrival_deciles), seed);
  if (!tested) return;
  TestResult result = test_named("arrival-tenths", "order of arrival (tenths)",
                                 "pp between the best and the worst tenth");
  result.effect = gap_of(figures.arrival_deciles) * kPercent;
  result.effect_pp = result.effect;
  result.meaning = fmt::format(
      "the best tenth of the arrivals wins {:.1f} pp more often than the "
      "worst",
      result.effect);
  add(tests, std::move(result), *tested);
}

void add_correlation(std::vector<TestResult>& tests,
                     const std::vector<std::optional<double>>& rounds, std::string_view id,
                     std::string_view order) {
  double sum = 0;
  double freedom = 0;
  for (const auto& round : rounds) {
    if (!round) continue;
    sum += *round;
    freedom += static_cast<double>(kLags);
  }
  if (freedom == 0) return;
  TestResult result =
      test_named(id, fmt::format("memory by {} (Ljung-Box, 20 lags)", order), "Q over its mean");
  result.effect = sum / freedom;
  result.meaning = fmt::format(
      "by {}, outcomes up to 20 places apart are {:.2f} times as "
      "correlated as by chance",
      order, result.effect);
  add(tests, std::move(result), {sum, chi_squared_upper(sum, freedom)});
}

void add_users(std::vector<TestResult>& tests, const StudySums& study,
               const FairnessFigures& figures) {
  if (const auto pooled = pooled_difference(study.repeats)) {
    TestResult result =
        test_named("repeat-winners", "winners of the round before", "pp, its winners − its losers");
    result.effect = pooled->from_rest.of_one * kPercent;
    result.effect_pp = std::abs(result.effect);
    result.meaning = fmt::format("who won the round before wins {} often than who lost it",
                                 points_more(result.effect));
    add(tests, std::move(result), {pooled->statistic, pooled->p_value});
  }
  if (const auto tested =
          test_dispersion(study.users.records(), by_round(study, &RoundSums::all))) {
    TestResult result = test_named("turns", "users taking turns (Cochran's Q)", "D; 1 for a draw");
    result.effect = tested->ratio;
    result.meaning = fmt::format(
        "wins are spread over users {:.3f} times as widely as by a draw; "
        "well below 1 they take turns",
        tested->ratio);
    add(tests, std::move(result), {tested->statistic, tested->turns_p});
  }
  if (const auto tested = test_win_counts(figures.users.wins)) {
    TestResult result = test_named("wins-per-user", "wins per user (binomial)",
                                   "% of users in another class than expected");
    double moved = 0;
    double users = 0;
    for (const WinCount& count : figures.users.wins) {
      moved += std::abs(static_cast<double>(count.users) - count.expected) / 2;
      users += static_cast<double>(count.users);
    }
    result.effect = moved / users * kPercent;
    result.meaning = fmt::format(
        "{:.2f} % of the users have another number of wins than fair draws "
        "would give them",
        result.effect);
    add(tests, std::move(result), *tested);
  }
}

void add_unanswered(std::vector<TestResult>& tests, const StudySums& study,
                    const FairnessFigures& figures, std::uint64_t seed) {
  Groups groups;
  for (const CohortCount& cohort : study.cohort_counts) {
    groups.push_back({cohort.asked, cohort.unanswered});
  }
  const auto tested = test_groups(groups, seed);
  if (!tested) return;
  TestResult result = test_named("unanswered", "unanswered users by cohort",
                                 "pp between the best and the worst cohort");
  double best = 1;
  double worst = 0;
  std::string_view label;
  for (const GroupRate& group : figures.cohorts) {
    if (group.asked == 0) continue;
    const double share = static_cast<double>(group.unanswered) / static_cast<double>(group.asked);
    best = std::min(best, share);
    if (share >= worst) label = group.label;
    worst = std::max(worst, share);
  }
  result.effect = (worst - best) * kPercent;
  result.meaning = fmt::format(
      "{:.2f} % of the users of {} were never answered, {:.2f} % of the "
      "best served cohort",
      worst * kPercent, label, best * kPercent);
  add(tests, std::move(result), *tested);
}

}  // namespace

std::vector<TestResult> exploratory_tests(const StudySums& study, const FairnessFigures& figures,
                                          std::uint64_t seed) {
  std::vector<TestResult> tests;
  add_cohorts(tests, study, figures);
  add_deciles(tests, study, figures, seed);
  add_trends(tests, study);
  add_ticket_ranks(tests, study, figures);
  add_correlation(tests, by_round(study, &RoundSums::arrival_ljung_box), "arrival-memory",
                  "order of arrival");
  add_correlation(tests, by_round(study, &RoundSums::ticket_ljung_box), "ticket-memory",
                  "ticket number");
  add_users(tests, study, figures);
  add_unanswered(tests, study, figures, seed);
  return tests;
}

}  // namespace fairrush::analysis
