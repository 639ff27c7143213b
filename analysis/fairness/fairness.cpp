#include "analysis/fairness/fairness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analysis/fairness/rates.hpp"
#include "analysis/fairness/statistics/multiplicity.hpp"
#include "analysis/fairness/statistics/planning.hpp"

namespace fairrush::analysis {
namespace {

constexpr double kEquivalenceConfidence = 0.9;
constexpr double kPercent = 100;
constexpr double kSecondNs = 1e9;

/// Whether chance decided: there was somebody to win, and somebody to lose.
bool of_chance(const Tally& all) {
  return all.wins > 0 && all.wins < all.members;
}

/// The first five tenths against the other five.
std::vector<Stratum> first_half(const std::vector<Groups>& rounds) {
  std::vector<Stratum> strata;
  for (const Groups& round : rounds) {
    if (round.size() != kDeciles) continue;
    strata.push_back({total_of(round), total_of(std::span(round).first(kDeciles / 2))});
  }
  return strata;
}

class EquivalenceTable {
 public:
  EquivalenceTable(StudySize study, Share margin) : study_(study), margin_(margin.of_one) {}

  void add(std::string label, GroupKind kind, const std::vector<Stratum>& strata) {
    EquivalenceResult& row = rows_.emplace_back();
    row.label = std::move(label);
    row.kind = kind;
    const auto difference = pooled_difference(strata);
    if (!difference) return;
    std::uint64_t members = 0;
    std::uint64_t rounds = 0;
    for (const Stratum& round : strata) {
      if (!of_chance(round.all)) continue;
      members += round.group.members;
      ++rounds;
    }
    row.computed = true;
    row.members = static_cast<double>(members) / static_cast<double>(rounds);
    const Interval interval = difference->from_all.interval(kEquivalenceConfidence);
    row.difference_pp = difference->from_all.of_one * kPercent;
    row.low_pp = interval.low * kPercent;
    row.high_pp = interval.high * kPercent;
    row.p_value = equivalence_p(difference->from_all, margin_);
    row.shown = row.low_pp > -margin_ * kPercent && row.high_pp < margin_ * kPercent;
    row.rounds_needed = rounds_needed(study_, row.members, margin_);
    // The impact ratio is one of cohorts.
    if (kind == GroupKind::cohort) {
      row.rounds_needed =
          std::max(row.rounds_needed, rounds_needed_for_ratio(study_, row.members, kImpactTooLow));
    }
  }

  std::vector<EquivalenceResult> take() { return std::move(rows_); }

 private:
  StudySize study_;
  double margin_;
  std::vector<EquivalenceResult> rows_;
};

std::vector<EquivalenceResult> equivalence_of(const StudySums& study,
                                              const FairnessFigures& figures, StudySize size,
                                              Share margin) {
  EquivalenceTable table(size, margin);
  const std::vector<Groups> cohorts = by_round(study, &RoundSums::cohorts);
  // One cohort alone has no rest to be held against.
  for (std::size_t cohort = 0; figures.cohorts.size() > 1 && cohort < figures.cohorts.size();
       ++cohort) {
    table.add(figures.cohorts[cohort].label, GroupKind::cohort, strata_of(cohorts, cohort));
  }
  table.add("early arrivals", GroupKind::arrival_half,
            first_half(by_round(study, &RoundSums::arrival_deciles)));
  if (!figures.ticket_deciles.empty()) {
    table.add("early tickets", GroupKind::ticket_half,
              first_half(by_round(study, &RoundSums::ticket_deciles)));
  }
  return table.take();
}

ImpactRatio impact_of(const std::vector<GroupRate>& cohorts) {
  ImpactRatio impact;
  const GroupRate* best = nullptr;
  const GroupRate* worst = nullptr;
  std::uint64_t wins = 0;
  std::size_t count = 0;
  for (const GroupRate& group : cohorts) {
    if (group.claimed == 0) continue;
    ++count;
    wins += group.wins;
    if (!best || group.rate_of_claimed > best->rate_of_claimed) best = &group;
    if (!worst || group.rate_of_claimed <= worst->rate_of_claimed) worst = &group;
  }
  if (count < 2 || wins == 0) return impact;
  const RateRatio ratio = rate_ratio({worst->claimed, worst->wins}, {best->claimed, best->wins},
                                     kEquivalenceConfidence);
  impact.computed = true;
  impact.ratio = ratio.ratio;
  impact.low = ratio.interval.low;
  impact.high = ratio.interval.high;
  impact.worst = worst->label;
  impact.best = best->label;
  if (impact.ratio < kImpactLow) impact.level = ImpactLevel::low;
  if (impact.ratio < kImpactTooLow) impact.level = ImpactLevel::too_low;
  return impact;
}

UserFigures user_figures(const StudySums& study, double win_share) {
  UserFigures users;
  for (const UserRecord& user : study.users.records()) {
    if (user.rounds == 0) continue;
    ++users.users;
    if (user.wins == 0) ++users.without_win;
  }
  users.wins = win_counts(study.users.records(), win_share);
  users.evenness = evenness_of(users.wins);
  if (!users.wins.empty()) users.without_win_expected = users.wins.front().expected;
  return users;
}

/// In seconds since the opening.
std::vector<double> edges_of(const Spans& spans) {
  std::vector<double> edges{0};
  for (const std::int64_t start_ns : spans.starts_ns) {
    edges.push_back(static_cast<double>(start_ns) / kSecondNs);
  }
  edges.push_back(static_cast<double>(spans.crowd_end_ns) / kSecondNs);
  return edges;
}

std::vector<RoundRates> course_of(const StudySums& study) {
  std::vector<RoundRates> course;
  for (std::size_t round = 0; round < study.rounds.size(); ++round) {
    const RoundSums& sums = study.rounds[round];
    course.push_back({study.rosters[round], sums.all.members, sums.all.wins, sums.cohorts});
  }
  return course;
}

/// Adjusts the p-values of one family and says what is rejected.
void adjust(std::vector<TestResult>& tests, TestFamily family) {
  std::vector<TestResult*> members;
  std::vector<double> p_values;
  for (TestResult& test : tests) {
    if (test.family != family || !test.computed) continue;
    members.push_back(&test);
    p_values.push_back(test.p_value);
  }
  const bool decides = family == TestFamily::primary;
  const std::vector<double> adjusted =
      decides ? holm_adjusted(p_values) : benjamini_hochberg_adjusted(p_values);
  for (std::size_t place = 0; place < members.size(); ++place) {
    members[place]->adjusted_p = adjusted[place];
    members[place]->rejected = adjusted[place] <= (decides ? kBiasLevel : kExploratoryLevel);
  }
}

void add_tests(FairnessFigures& figures, const StudySums& study, const RunFacts& facts) {
  figures.tests = primary_tests(study, figures, facts.seed);
  std::ranges::move(exploratory_tests(study, figures, facts.seed),
                    std::back_inserter(figures.tests));
  adjust(figures.tests, TestFamily::primary);
  adjust(figures.tests, TestFamily::exploratory);
  for (TestResult& test : figures.tests) {
    const double margin_pp = facts.fairness_margin.of_one * kPercent;
    test.material = test.effect_pp.value_or(0) > margin_pp;
    if (test.id == "cohorts" && figures.impact.level == ImpactLevel::too_low) test.material = true;
  }
}

void add_totals(FairnessFigures& figures, const StudySums& study) {
  figures.rounds = study.rounds.size();
  for (std::size_t round = 0; round < study.rounds.size(); ++round) {
    figures.reserved += study.rosters[round];
    const Tally& all = study.rounds[round].all;
    figures.claimed += all.members;
    figures.winners += all.wins;
    if (of_chance(all)) ++figures.rounds_of_chance;
  }
  figures.rate_of_reserved = rate(figures.winners, figures.reserved);
  figures.rate_of_claimed = rate(figures.winners, figures.claimed);
  if (figures.rounds > 0) {
    figures.intended_rate = study.intended_rates / static_cast<double>(figures.rounds);
  }
}

/// Only rounds in which chance decided say anything of chances.
StudySize size_of(const FairnessFigures& figures, const StudySums& study) {
  if (figures.rounds_of_chance == 0) {
    const auto rounds = std::max<std::uint64_t>(1, figures.rounds);
    return {.participants = static_cast<double>(figures.claimed) / static_cast<double>(rounds),
            .win_share = figures.intended_rate,
            .rounds = rounds};
  }
  Tally all;
  for (const RoundSums& round : study.rounds) {
    if (!of_chance(round.all)) continue;
    all.members += round.all.members;
    all.wins += round.all.wins;
  }
  const std::uint64_t rounds = figures.rounds_of_chance;
  return {.participants = static_cast<double>(all.members) / static_cast<double>(rounds),
          .win_share = rate(all.wins, all.members),
          .rounds = rounds};
}

/// The rush in which a round took place; of rounds some may be missing.
Window rush_of(const RunFacts& facts, const RoundParticipants& round, std::size_t number) {
  if (!round.by_arrival.empty()) {
    const std::int64_t first = round.by_arrival.front().arrival_ns;
    for (const RoundFacts& candidate : facts.rounds) {
      if (candidate.rush.open_ns <= first && first < candidate.rush.close_ns) return candidate.rush;
    }
  }
  return facts.rounds[std::min(number, facts.rounds.size() - 1)].rush;
}

}  // namespace

void FairnessStudy::add(const RoundParticipants& round) {
  const std::size_t number = study_.rounds.size();
  const Spans spans = spans_of(rush_of(facts_, round, number), round);
  // All rounds are laid over the first in which anybody came.
  if (!study_.spans_chosen) study_.spans = spans;
  study_.spans_chosen = study_.spans_chosen || !round.by_arrival.empty();
  study_.spans.open_ns = spans.open_ns;
  study_.rounds.push_back(
      sum_round(round, study_.spans, study_.arrival_residues, study_.ticket_residues));
  const RoundSums& sums = study_.rounds.back();
  study_.repeats.push_back(study_.users.add(round.by_arrival, sums.all));
  study_.rosters.push_back(round.roster);
  study_.intended_rates += round.intended_rate;
  const std::size_t cohorts = std::max(round.cohorts.size(), sums.cohorts.size());
  study_.cohort_counts.resize(std::max(study_.cohort_counts.size(), cohorts));
  for (std::size_t cohort = 0; cohort < round.cohorts.size(); ++cohort) {
    study_.cohort_counts[cohort].reserved += round.cohorts[cohort].reserved;
    study_.cohort_counts[cohort].asked += round.cohorts[cohort].asked;
    study_.cohort_counts[cohort].unanswered += round.cohorts[cohort].unanswered;
  }
}

FairnessFigures FairnessStudy::figures() const {
  FairnessFigures figures;
  add_totals(figures, study_);
  figures.cohorts = cohort_rates(facts_, study_);
  figures.arrival_deciles = decile_rates(by_round(study_, &RoundSums::arrival_deciles));
  figures.ticket_deciles = decile_rates(by_round(study_, &RoundSums::ticket_deciles));
  figures.spans = span_rates(study_);
  if (!figures.spans.empty()) figures.span_edges_s = edges_of(study_.spans);
  figures.by_round = course_of(study_);
  figures.users = user_figures(study_, figures.rate_of_claimed);
  figures.impact = impact_of(figures.cohorts);
  add_tests(figures, study_, facts_);
  const StudySize size = size_of(figures, study_);
  figures.equivalence = equivalence_of(study_, figures, size, facts_.fairness_margin);
  for (const EquivalenceResult& row : figures.equivalence) {
    figures.rounds_needed = std::max(figures.rounds_needed, row.rounds_needed);
  }
  figures.detectable_gap_pp = detectable_gap_pp(size);
  return figures;
}

}  // namespace fairrush::analysis
