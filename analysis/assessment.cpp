#include "analysis/assessment.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "analysis/fairness/judgement.hpp"
#include "analysis/figures/figures.hpp"
#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// Broken rules whose findings a verdict repeats; the report has them all.
constexpr std::size_t kFindingsShown = 3;
/// Open rules that it names.
constexpr std::size_t kNamesShown = 5;

CheckVerdict verdict_of(const Assessment& assessment, std::string_view id) {
  const auto found = std::ranges::find(assessment.invariants, id, &CheckResult::id);
  return found == assessment.invariants.end() ? CheckVerdict::not_applicable : found->verdict;
}

/// Which of its bars the instrument broke.
std::string instrument_text(const Assessment& assessment) {
  const auto found = std::ranges::find(assessment.invariants, kInstrumentCheck, &CheckResult::id);
  return found == assessment.invariants.end() ? "nobody looked at the instrument" : found->finding;
}

/// Every invariant with this verdict; the instrument's own check is apart.
std::vector<const CheckResult*> invariants_with(const Assessment& assessment,
                                                CheckVerdict verdict) {
  std::vector<const CheckResult*> checks;
  for (const CheckResult& check : assessment.invariants) {
    if (check.id != kInstrumentCheck && check.verdict == verdict) checks.push_back(&check);
  }
  return checks;
}

/// "I1 no oversell".
std::string name_of(const CheckResult& check) {
  return fmt::format("{} {}", check.id, check.name);
}

/// "I1 no oversell, I4 one per user"; beyond the first few their number.
std::string names_of(const std::vector<const CheckResult*>& checks) {
  std::vector<std::string> names;
  for (const CheckResult* check : checks | std::views::take(kNamesShown)) {
    names.push_back(name_of(*check));
  }
  std::string text = fmt::format("{}", fmt::join(names, ", "));
  if (checks.size() <= kNamesShown) return text;
  return fmt::format("{} and {} more", text, checks.size() - kNamesShown);
}

/// What the broken rules found; beyond the first few their number.
std::string violation_text(const std::vector<const CheckResult*>& failed) {
  std::string text;
  for (std::size_t place = 0; place < std::min(failed.size(), kFindingsShown); ++place) {
    text += fmt::format("{}{}: {}.", text.empty() ? "" : " ", name_of(*failed[place]),
                        failed[place]->finding);
  }
  if (failed.size() > kFindingsShown) {
    text += fmt::format(" {} more fail.", failed.size() - kFindingsShown);
  }
  return text;
}

bool is_silenced(const GroupRate& cohort) {
  const double share =
      static_cast<double>(cohort.unanswered) / std::max(1.0, static_cast<double>(cohort.asked));
  return share > kUnansweredShareMax;
}

void add_fairness_gaps(const FairnessFigures& fairness, std::vector<std::string>& gaps) {
  for (const GroupRate& cohort : fairness.cohorts) {
    if (!is_silenced(cohort)) continue;
    gaps.push_back(fmt::format("{} of {} users of cohort {} got no definite answer",
                               cohort.unanswered, cohort.asked, cohort.label));
  }
  if (fairness.winners == 0) gaps.emplace_back("nobody won, so there is nothing to judge");
}

/// Rounds whose attempts were not kept: of them no rule was asked.
std::size_t unrecorded_rounds(const RunFacts& facts) {
  return static_cast<std::size_t>(std::ranges::count_if(
      facts.rounds, [](const RoundFacts& round) { return round.unrecorded.has_value(); }));
}

/// "Every check passes", and in how many rounds where that is not all of them.
std::string all_pass_text(const RunFacts& facts) {
  const std::size_t unrecorded = unrecorded_rounds(facts);
  if (unrecorded == 0) return "Every check passes";
  return fmt::format("Every check passes in the {} of {} rounds whose attempts were kept",
                     facts.rounds.size() - unrecorded, facts.rounds.size());
}

/// Which shards there is nothing or not all of; one clause each.
void add_shard_gaps(const RunFacts& facts, std::vector<std::string>& ends) {
  const std::vector<std::uint32_t> missing = missing_shards(facts);
  if (!missing.empty()) {
    ends.push_back(fmt::format("of its {} shards {} {} missing", facts.shards.front().of,
                               fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are"));
  }
  for (const ShardFacts& shard : facts.shards) {
    if (shard.cut_short) {
      ends.push_back(fmt::format("shard {} is not whole: {}", shard.number, *shard.cut_short));
    }
  }
}

/// What ended a run before its plan, or its records before the run; one clause each.
std::vector<std::string> early_ends(const Assessment& assessment, const RunFacts& facts) {
  std::vector<std::string> ends;
  if (facts.interrupted && !is_under_way(facts)) ends.push_back(describe_interruption(facts));
  if (facts.target_failure) ends.push_back(*facts.target_failure);
  if (facts.ended_early) ends.push_back(*facts.ended_early);
  add_shard_gaps(facts, ends);
  if (assessment.cut_short && !is_under_way(facts) && !is_partial(facts)) {
    ends.push_back(
        fmt::format("the history ends early: {} attempts can be read, and what came "
                    "after them is lost",
                    format_count(assessment.attempts)));
  }
  return ends;
}

/// What keeps a run from being known, whatever the figures say; one clause each.
std::vector<std::string> gaps_of(const Assessment& assessment, const RunFacts& facts) {
  std::vector<std::string> gaps = early_ends(assessment, facts);
  if (assessment.attempts == 0) {
    // No rule could be asked, and nothing be seen: a list of them all says no more.
    if (!assessment.cut_short) gaps.emplace_back("no attempt was made");
    return gaps;
  }
  if (verdict_of(assessment, kInstrumentCheck) != CheckVerdict::pass) {
    gaps.push_back(instrument_text(assessment));
  }
  if (unrecorded_rounds(facts) == facts.rounds.size()) {
    gaps.emplace_back("no attempt was kept, so no rule was asked");
  }
  const auto unknown = invariants_with(assessment, CheckVerdict::unknown);
  if (!unknown.empty()) gaps.push_back("unknown: " + names_of(unknown));
  std::vector<std::string> unseen;
  for (const SightingResult& sighting : assessment.sightings) {
    if (sighting.attempted && sighting.seen == 0) unseen.push_back(sighting.name);
  }
  if (!unseen.empty()) gaps.push_back(fmt::format("never seen: {}", fmt::join(unseen, ", ")));
  add_fairness_gaps(assessment.fairness, gaps);
  return gaps;
}

/// "one round with 300 participants", "30 rounds with 300 participants each".
std::string size_text(const FairnessFigures& fairness) {
  if (fairness.rounds <= 1) {
    return fmt::format("one round with {} participants", format_count(fairness.claimed));
  }
  const std::string undecided =
      fairness.rounds_of_chance < fairness.rounds
          ? fmt::format(", of which chance decided {},", format_count(fairness.rounds_of_chance))
          : "";
  return fmt::format("{} rounds{} with {} participants each", format_count(fairness.rounds),
                     undecided, format_count(fairness.claimed / fairness.rounds));
}

/// Why a run without bias is not called fair.
std::string not_shown_text(const RunFacts& facts, const FairnessFigures& fairness,
                           const EquivalenceJudgement& equal) {
  const std::string all_pass = all_pass_text(facts);
  if (fairness.rounds_needed == 0) {
    return fmt::format("{}, but fairness could not be tested.", all_pass);
  }
  const std::string no_proof =
      fmt::format("{} and no bias was found, but finding none is no proof of fairness", all_pass);
  if (equal.rounds_more == 0) return fmt::format("{}: {}.", no_proof, equal.missing);
  return fmt::format(
      "{}, and {} cannot show equal chances within {:g} percentage points: that takes {} rounds, "
      "{} more than there are.",
      no_proof, size_text(fairness), facts.fairness_margin.of_one * 100,
      format_count(fairness.rounds_needed), format_count(equal.rounds_more));
}

std::string fair_text(const RunFacts& facts, const FairnessFigures& fairness) {
  return fmt::format(
      "{}, and over {} the chances of all groups compared are equal to within {:g} percentage "
      "points.",
      all_pass_text(facts), size_text(fairness), facts.fairness_margin.of_one * 100);
}

/// Statistics accuse nobody of what a stalled instrument, an interruption, lost records, a target
/// that has died or answers that many users still waited for may have done.
bool may_accuse(const RunFacts& facts, const Assessment& assessment) {
  return !facts.interrupted && !facts.target_failure && !assessment.cut_short &&
         verdict_of(assessment, kInstrumentCheck) == CheckVerdict::pass &&
         std::ranges::none_of(assessment.fairness.cohorts, is_silenced);
}

struct Judgement {
  RunVerdict verdict;
  std::string reason;
};

Judgement judge(const RunFacts& facts, const Assessment& assessment) {
  const auto failed = invariants_with(assessment, CheckVerdict::fail);
  if (!failed.empty()) {
    std::string text = violation_text(failed);
    for (const std::string& end : early_ends(assessment, facts)) {
      text += fmt::format(" Besides, {}.", end);
    }
    return {RunVerdict::violation, text};
  }
  const BiasJudgement bias = judge_bias(assessment.fairness);
  const bool recomputed = verdict_of(assessment, kDrawCheck) == CheckVerdict::pass;
  if (bias.biased && may_accuse(facts, assessment)) {
    return {RunVerdict::biased,
            fmt::format("Winning depends on more than chance: {}.{}", bias.reason,
                        recomputed ? " The draw itself computes again, so repeat the run to tell "
                                     "chance from a roster arranged before the draw."
                                   : "")};
  }
  const auto gaps = gaps_of(assessment, facts);
  if (!gaps.empty()) {
    return {RunVerdict::inconclusive,
            fmt::format("No violation was found, but the run is not known: {}.",
                        fmt::join(gaps, "; "))};
  }
  if (recomputed && unrecorded_rounds(facts) == 0) {
    return {RunVerdict::proven,
            "Every check passes, and the published draw, computed again, gives exactly the coupons "
            "that were issued."};
  }
  const EquivalenceJudgement equal = judge_equivalence(assessment.fairness, facts.fairness_margin);
  if (equal.shown) return {RunVerdict::fair, fair_text(facts, assessment.fairness)};
  return {RunVerdict::inconclusive, not_shown_text(facts, assessment.fairness, equal)};
}

void set_exit(const RunFacts& facts, Assessment& assessment) {
  assessment.failed = assessment.verdict == RunVerdict::violation ||
                      (assessment.verdict == RunVerdict::biased && facts.fairness_gates);
  const bool fairness_open = assessment.verdict == RunVerdict::inconclusive && facts.fairness_gates;
  assessment.passed = !assessment.failed && !fairness_open && gaps_of(assessment, facts).empty();
}

std::optional<SealedSecret> sealed_by(const RoundRecords& records) {
  if (!records.draw) return std::nullopt;
  return SealedSecret{records.draw->commitment, records.draw->secret};
}

}  // namespace

RoundAssessment assess_round(const RoundEvidence& evidence) {
  const RunIndex index(evidence);
  const ClaimTraffic traffic(index);
  return {.number = evidence.number,
          .invariants = run_checks(index),
          .sightings = sightings(index, traffic),
          .outcomes = outcome_counts(index),
          .latencies = latency_figures(index),
          .visibility = visibility_figures(index),
          .load = {.series = time_series(index, traffic),
                   .claims_per_second_max =
                       static_cast<double>(traffic.fullest_second(evidence.round.rush)),
                   .in_flight_at_sell_out = in_flight_at_sell_out(index, traffic)},
          .plan_fits = evidence.facts.simulation ? std::vector<PlanFit>() : plan_fits(index),
          .burst = burst_spread(index),
          .tallies = tallies(index),
          .participants = participants_of(index),
          .attempts = index.attempts(),
          .sealed = sealed_by(evidence.records),
          .cut_short = evidence.cut_short};
}

void Assessor::add(RoundAssessment round) {
  refuse_repeated_secret(round);
  checks_.add(std::move(round.invariants), round.number);
  add_round(assessment_.sightings, round.sightings);
  add_round(assessment_.outcomes, round.outcomes);
  add_round(assessment_.latencies, round.latencies);
  add_round(assessment_.visibility, round.visibility);
  add_round(assessment_.load, round.load, round.number);
  add_round(assessment_.plan_fits, round.plan_fits);
  add_round(assessment_.burst, round.burst);
  add_round(assessment_.tallies, round.tallies);
  assessment_.attempts += round.attempts;
  assessment_.cut_short = assessment_.cut_short || round.cut_short;
  study_.add(round.participants);
}

/// A secret is revealed with the draw of its round: a later draw under it was open to whoever
/// looked.
void Assessor::refuse_repeated_secret(RoundAssessment& round) {
  if (!round.sealed) return;
  const auto [commitment, new_commitment] =
      commitments_.try_emplace(round.sealed->commitment, round.number);
  const auto [secret, new_secret] = secrets_.try_emplace(round.sealed->secret, round.number);
  if (new_commitment && new_secret) return;
  const auto check = std::ranges::find(round.invariants, kDrawCheck, &CheckResult::id);
  if (check == round.invariants.end() || check->verdict == CheckVerdict::not_applicable) return;
  const std::string text =
      fmt::format("its {} is that of round {}, whose secret had been revealed by then",
                  new_commitment ? "secret" : "commitment",
                  (new_commitment ? secret->second : commitment->second) + 1);
  const bool failed = check->verdict == CheckVerdict::fail;
  check->finding = failed ? fmt::format("{}; {}", text, check->finding) : text;
  check->verdict = CheckVerdict::fail;
  ++check->violations;
}

/// One verdict on the instrument for all rounds: a late round is as bad as a late first one.
void Assessor::judge_instrument(Assessment& assessment) const {
  const auto check = std::ranges::find(assessment.invariants, kInstrumentCheck, &CheckResult::id);
  if (facts_.rounds.size() < 2 || check == assessment.invariants.end()) return;
  Finding finding = analysis::judge_instrument(facts_, assessment.plan_fits, assessment.burst);
  check->verdict = finding.verdict;
  check->violations = finding.violations;
  check->finding = std::move(finding.text);
}

Assessment Assessor::finish() {
  Assessment assessment = std::move(assessment_);
  assessment.invariants = checks_.finish(facts_.rounds.size());
  judge_instrument(assessment);
  assessment.fairness = study_.figures();
  Judgement judgement = judge(facts_, assessment);
  assessment.verdict = judgement.verdict;
  assessment.verdict_reason = std::move(judgement.reason);
  set_exit(facts_, assessment);
  return assessment;
}

Assessment assess(const RunEvidence& evidence) {
  Assessor assessor(evidence.facts);
  for (std::uint32_t round = 0; round < evidence.rounds.size(); ++round) {
    // Of a round without records nothing can be said again.
    if (evidence.facts.rounds[round].unrecorded) continue;
    assessor.add(assess_round(evidence.round(round)));
  }
  return assessor.finish();
}

}  // namespace fairrush::analysis
