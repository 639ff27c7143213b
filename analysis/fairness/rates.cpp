#include "analysis/fairness/rates.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/fairness/statistics/hypergeometric.hpp"
#include "analysis/fairness/statistics/intervals.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kBandCoverage = 0.999;
constexpr double kRateConfidence = 0.95;
constexpr double kSecondNs = 1e9;

/// Where fair draws put the wins of a group over the rounds.
void add_band(GroupRate& group, const std::vector<Stratum>& strata) {
  const auto claimed = static_cast<double>(group.claimed);
  if (strata.size() == 1) {
    const Tally& all = strata.front().all;
    const auto band = Hypergeometric({all.members, all.wins, group.claimed}).band(kBandCoverage);
    group.band_low = static_cast<double>(band.low) / claimed;
    group.band_high = static_cast<double>(band.high) / claimed;
    return;
  }
  double mean = 0;
  double variance = 0;
  for (const Stratum& round : strata) {
    if (round.all.members == 0) continue;
    const auto members = static_cast<double>(round.group.members);
    const auto population = static_cast<double>(round.all.members);
    mean += members * static_cast<double>(round.all.wins) / population;
    variance += members * (population - members) / population * draw_variance(round.all);
  }
  const double reach = normal_quantile((1 + kBandCoverage) / 2) * std::sqrt(variance);
  group.band_low = std::max(0.0, (mean - reach) / claimed);
  group.band_high = std::min(1.0, (mean + reach) / claimed);
}

GroupRate rate_of(std::string label, const std::vector<Groups>& rounds, std::size_t place) {
  const std::vector<Stratum> strata = strata_of(rounds, place);
  GroupRate group;
  group.label = std::move(label);
  for (const Stratum& round : strata) {
    group.claimed += round.group.members;
    group.wins += round.group.wins;
  }
  group.reserved = group.claimed;
  group.rate_of_reserved = group.rate_of_claimed = rate(group.wins, group.claimed);
  if (group.claimed == 0) return group;
  add_band(group, strata);
  const Interval known = wilson({group.claimed, group.wins}, kRateConfidence);
  group.rate_low = known.low;
  group.rate_high = known.high;
  return group;
}

}  // namespace

double rate(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::vector<GroupRate> cohort_rates(const RunFacts& facts, const StudySums& study) {
  const std::vector<Groups> rounds = by_round(study, &RoundSums::cohorts);
  std::vector<GroupRate> groups;
  for (std::size_t cohort = 0; cohort < study.cohort_counts.size(); ++cohort) {
    const CohortCount& count = study.cohort_counts[cohort];
    GroupRate group = rate_of(cohort < facts.cohorts.size() ? facts.cohorts[cohort].name
                                                            : fmt::format("cohort {}", cohort),
                              rounds, cohort);
    group.reserved = count.reserved;
    group.asked = count.asked;
    group.unanswered = count.unanswered;
    group.rate_of_reserved = rate(group.wins, group.reserved);
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<GroupRate> decile_rates(const std::vector<Groups>& rounds) {
  std::vector<GroupRate> groups;
  for (std::size_t decile = 0; decile < kDeciles; ++decile) {
    GroupRate group =
        rate_of(fmt::format("{}-{} %", decile * 10, decile * 10 + 10), rounds, decile);
    if (group.claimed > 0) groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<GroupRate> span_rates(const StudySums& study) {
  const std::vector<Groups> rounds = by_round(study, &RoundSums::spans);
  const std::vector<std::int64_t>& starts_ns = study.spans.starts_ns;
  std::vector<GroupRate> groups;
  for (std::size_t span = 0; span < study.spans.size(); ++span) {
    const double from_s = span == 0 ? 0 : static_cast<double>(starts_ns[span - 1]) / kSecondNs;
    const bool last = span == starts_ns.size();
    groups.push_back(rate_of(
        last ? fmt::format("{:g} s and later", from_s)
             : fmt::format("{:g}-{:g} s", from_s, static_cast<double>(starts_ns[span]) / kSecondNs),
        rounds, span));
  }
  if (std::ranges::none_of(groups, [](const GroupRate& group) { return group.claimed > 0; })) {
    return {};
  }
  return groups;
}

}  // namespace fairrush::analysis
