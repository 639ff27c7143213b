#include "reports/text/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

using analysis::Assessment;
using analysis::CheckResult;
using analysis::CheckVerdict;
using analysis::kInstrumentCheck;
using analysis::RunVerdict;

/// What the invariants allow to be said, whatever chance says.
std::string correctness_words(const Assessment& assessment) {
  const bool all_hold = open_checks(assessment).empty();
  return all_hold ? "nothing oversold, doubled or lost" : "no violation was seen";
}

std::string failed_checks_headline(const Assessment& assessment) {
  std::string names;
  std::size_t failed = 0;
  for (const CheckResult& check : assessment.invariants) {
    // The instrument's own check breaks no rule of the target's.
    if (check.verdict != CheckVerdict::fail || check.id == kInstrumentCheck) continue;
    names += fmt::format("{}{} {}", failed == 0 ? "" : ", ", check.id, check.name);
    ++failed;
  }
  return fmt::format("{} broken: {}", counted(failed, "rule"), names);
}

/// Of a run that holds nothing.
std::string empty_headline(const ReportInput& input) {
  if (is_under_way(input.facts) && input.facts.ended_early) return *input.facts.ended_early;
  if (input.facts.interrupted) {
    return describe_interruption(input.facts) + ", before any attempt was made";
  }
  if (input.assessment.cut_short) {
    return "the history ends before the first attempt that can be read, so nothing is shown";
  }
  return "no attempt was made, so nothing is shown";
}

/// Of a run or a history that ended before its time; empty for all others.
std::string early_headline(const ReportInput& input) {
  const std::string correct = correctness_words(input.assessment);
  const bool under_way = is_under_way(input.facts);
  if (input.facts.interrupted && !under_way) {
    return fmt::format("{}; until then {}", describe_interruption(input.facts), correct);
  }
  if (input.facts.target_failure) {
    return correct + ", but the target did not live to the end of the run";
  }
  if (input.assessment.cut_short && !under_way) {
    return fmt::format("the history ends early; in the {} that can be read, {}",
                       counted(input.assessment.attempts, "attempt"), correct);
  }
  if (input.facts.ended_early) {
    return fmt::format("{}; until then {}", *input.facts.ended_early, correct);
  }
  return {};
}

std::string inconclusive_headline(const ReportInput& input) {
  const Assessment& assessment = input.assessment;
  if (assessment.attempts == 0) return empty_headline(input);
  if (const std::string early = early_headline(input); !early.empty()) return early;
  const CheckResult* instrument = check_of(assessment, kInstrumentCheck);
  if (instrument != nullptr && instrument->verdict != CheckVerdict::pass) {
    return "the instrument was not good enough for its figures to be believed";
  }
  if (!missing_sightings(assessment).empty()) {
    return correctness_words(assessment) + ", but the run did not see all it must see";
  }
  if (!open_checks(assessment).empty()) return "no violation was seen, but some checks stay open";
  return correctness_words(assessment) + "; whether chances are equal, this run cannot show";
}

std::string result_words(const ReportInput& input) {
  const Assessment& assessment = input.assessment;
  if (input.facts.interrupted) return "The run is only a part (exit code 4).";
  if (assessment.failed) return "The run fails (exit code 1).";
  if (!assessment.passed) return "Not known whether the run passes (exit code 3).";
  const bool despite =
      assessment.verdict == RunVerdict::biased || assessment.verdict == RunVerdict::inconclusive;
  if (despite && !input.facts.fairness_gates) {
    return "The run passes (exit code 0): in this scenario fairness is reported, but does not "
           "decide.";
  }
  return "The run passes (exit code 0).";
}

KeyFigure rules_figure(const ReportInput& input) {
  std::size_t asked = 0;
  std::size_t held = 0;
  std::string broken;
  std::string open;
  for (const CheckResult& check : input.assessment.invariants) {
    if (check.verdict == CheckVerdict::not_applicable) continue;
    ++asked;
    if (check.verdict == CheckVerdict::pass) ++held;
    std::string* names = check.verdict == CheckVerdict::fail      ? &broken
                         : check.verdict == CheckVerdict::unknown ? &open
                                                                  : nullptr;
    if (names != nullptr) *names += (names->empty() ? "" : ", ") + check.id;
  }
  const std::string marks = fmt::format("{}{}{}", broken.empty() ? "" : "broken: " + broken,
                                        broken.empty() || open.empty() ? "" : "; ",
                                        open.empty() ? "" : "not known: " + open);
  return {Topic::rules, "Rules", fmt::format("{} of {} hold", held, asked),
          asked == 0      ? "none was asked"
          : marks.empty() ? "none broken, none open"
                          : marks};
}

KeyFigure users_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return {Topic::users, "Users", format_count(input.facts.users),
          fmt::format("{}{} {}, {} claimed",
                      fairness.rounds > 1 ? counted(fairness.rounds, "round") + " in all: " : "",
                      format_count(fairness.reserved),
                      analysis::takes_reservations(input.facts) ? "reserved" : "on the roster",
                      format_count(fairness.claimed))};
}

KeyFigure wins_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  const std::string quota = quota_text(input.facts.quota);
  std::uint64_t coupons = 0;
  bool announced = true;
  for (const analysis::RoundFacts& round : input.facts.rounds) {
    announced = announced && round.announced_coupons.has_value();
    coupons += round.announced_coupons.value_or(0);
  }
  return {Topic::wins, fairness.rounds > 1 ? "Wins" : "Users who won",
          format_count(fairness.winners),
          announced ? fmt::format("of {} ({})", counted(coupons, "coupon"), quota)
                    : fmt::format("coupons: {}", quota)};
}

KeyFigure rate_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return {Topic::win_rate, "Win rate", rate_text(fairness.rate_of_claimed, fairness.claimed),
          fmt::format("of those who claimed; {} of the {}, {} intended",
                      rate_text(fairness.rate_of_reserved, fairness.reserved),
                      analysis::takes_reservations(input.facts) ? "reserved" : "roster",
                      rate_text(fairness.intended_rate, fairness.reserved))};
}

KeyFigure impact_figure(const ReportInput& input) {
  const auto& impact = input.assessment.fairness.impact;
  if (!impact.computed) {
    return {Topic::impact, "Impact ratio", std::string(kNoFigure),
            "it takes two cohorts and a winner"};
  }
  return {Topic::impact, "Impact ratio", number_text(impact.ratio, 3),
          fmt::format("win rate of {} over that of {}; 1 is equal", impact.worst, impact.best)};
}

KeyFigure gap_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  if (fairness.claimed == 0) {
    return {Topic::visible_gap, "Visible gap", std::string(kNoFigure), "nobody claimed"};
  }
  const std::string margin = fmt::format("±{:g} pp", input.facts.fairness_margin.of_one * 100);
  return {Topic::visible_gap, "Visible gap", number_text(fairness.detectable_gap_pp, 2) + " pp",
          fairness.rounds_needed == 0
              ? "a smaller one between two halves of the users can hide in this run"
              : fmt::format("a smaller one between two halves of the users can hide in this run; "
                            "to show less than {} takes {}",
                            margin, counted(fairness.rounds_needed, "round"))};
}

KeyFigure arrival_figure(const ReportInput& input) {
  const auto* test = input.assessment.fairness.test("arrival");
  return {Topic::arrival, "Arrival AUC",
          test != nullptr && test->computed ? number_text(test->effect, 3) : std::string(kNoFigure),
          "0.5: coming early or late makes no difference; 0 or 1: it decides"};
}

KeyFigure latency_figure(const ReportInput& input) {
  const auto* latency = latencies_of(input.assessment, analysis::Op::claim);
  if (latency == nullptr)
    return {Topic::latency, "Claim latency, p99", std::string(kNoFigure), "no claim answered"};
  return {Topic::latency, "Claim latency, p99",
          milliseconds_text(latency->from_intended.value_at(0.99)) + " ms",
          fmt::format("from the click; {} ms on the wire",
                      milliseconds_text(latency->service.value_at(0.99)))};
}

KeyFigure peak_figure(const ReportInput& input) {
  const analysis::LoadFigures& load = input.assessment.load;
  const std::string round = busiest_round(load);
  return {Topic::load, "Peak load", number_text(load.claims_per_second_max, 0) + " claims/s",
          fmt::format("{}{}{} claims in flight at most", round, round.empty() ? "" : "; ",
                      format_count(in_flight_max(input.assessment)))};
}

KeyFigure indeterminate_figure(const ReportInput& input) {
  return {Topic::indeterminate, "Indeterminate",
          format_count(indeterminate_attempts(input.assessment)),
          fmt::format("of {}: sent, and no definite answer",
                      counted(input.assessment.attempts, "attempt"))};
}

KeyFigure instrument_figure(const ReportInput& input) {
  const CheckResult* check = check_of(input.assessment, kInstrumentCheck);
  std::string lag = milliseconds_text(input.facts.instrument.lag_p99_ns) + " ms late at p99";
  for (const analysis::PlanFit& fit : input.assessment.plan_fits) {
    if (fit.op != analysis::Op::claim) continue;
    lag += fmt::format(", claims {} of users off the plan", percent_text(fit.off_plan));
  }
  if (check == nullptr) return {Topic::instrument, "Instrument", "not checked", lag};
  switch (check->verdict) {
    case CheckVerdict::pass:
      return {Topic::instrument, "Instrument", "✔ valid", lag};
    case CheckVerdict::fail:
      return {Topic::instrument, "Instrument", "✘ not valid", lag};
    default:
      return {Topic::instrument, "Instrument", "? not known", lag};
  }
}

std::string loop_warning(std::string_view phase, std::uint64_t users) {
  return fmt::format(
      "The load of the {} was a closed loop of {}: the next one clicked when one of them had the "
      "answer, so that a slow target slowed its own load, and latencies leave out who would have "
      "come meanwhile (coordinated omission).",
      phase, counted(users, "user"));
}

}  // namespace

std::string_view mark_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "✔";
    case Tone::bad:
      return "✘";
    case Tone::open:
      return "?";
    case Tone::neutral:
      break;
  }
  return "–";
}

Tone tone_of(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::pass:
      return Tone::good;
    case CheckVerdict::fail:
      return Tone::bad;
    case CheckVerdict::unknown:
      return Tone::open;
    case CheckVerdict::not_applicable:
      break;
  }
  return Tone::neutral;
}

VerdictWords describe_verdict(const ReportInput& input) {
  const Assessment& assessment = input.assessment;
  const std::string correct = correctness_words(assessment);
  const std::string result = result_words(input);
  switch (assessment.verdict) {
    case RunVerdict::violation:
      return {Tone::bad, "VIOLATION", failed_checks_headline(assessment), result};
    case RunVerdict::biased:
      return {Tone::bad, "BIASED", correct + ", but users did not have the same chance", result};
    case RunVerdict::fair:
      return {Tone::good, fmt::format("FAIR({:g} pp)", input.facts.fairness_margin.of_one * 100),
              fmt::format("{}; chances are equal to within {:g} percentage points", correct,
                          input.facts.fairness_margin.of_one * 100),
              result};
    case RunVerdict::proven:
      return {Tone::good, "PROVEN", correct + "; the published draw explains every answer", result};
    case RunVerdict::inconclusive:
      break;
  }
  return {Tone::open, "INCONCLUSIVE", inconclusive_headline(input), result};
}

std::string_view meaning_of(RunVerdict verdict) {
  switch (verdict) {
    case RunVerdict::violation:
      return "a rule is broken: coupons were oversold, doubled or lost, or users treated against "
             "what was announced; chance has no part in it";
    case RunVerdict::biased:
      return "winning depends on something that must not matter, by more than the margin, and "
             "chance is no explanation";
    case RunVerdict::inconclusive:
      return "nothing wrong was found, but that is no proof; the reason says what is missing";
    case RunVerdict::fair:
      return "every group's chance is shown to be within the margin of everybody's";
    case RunVerdict::proven:
      break;
  }
  return "the published draw, computed again, gives exactly the coupons that were issued";
}

std::vector<KeyFigure> key_figures(const ReportInput& input) {
  // What everybody asks first, then what takes a word of explanation.
  return {rules_figure(input),         users_figure(input),      wins_figure(input),
          rate_figure(input),          latency_figure(input),    peak_figure(input),
          indeterminate_figure(input), instrument_figure(input), impact_figure(input),
          gap_figure(input),           arrival_figure(input)};
}

std::optional<std::string> build_warning(const analysis::RunFacts& facts) {
  if (facts.build_type == "Release") return std::nullopt;
  return fmt::format("{} build: correctness counts, speed and latency do not.",
                     facts.build_type.empty() ? "Unknown" : facts.build_type);
}

std::optional<std::string> fault_warning(const analysis::RunFacts& facts) {
  if (!facts.fault) return std::nullopt;
  return fmt::format("A fault is switched on in the target: {}. What goes wrong here is meant to.",
                     *facts.fault);
}

std::vector<std::string> early_warnings(const ReportInput& input) {
  std::vector<std::string> warnings;
  if (const auto& arrivals = input.facts.arrivals) {
    if (arrivals->reserve_loop) {
      warnings.push_back(loop_warning("reservations", *arrivals->reserve_loop));
    }
    if (arrivals->rush_loop) warnings.push_back(loop_warning("rush", *arrivals->rush_loop));
  }
  if (input.facts.assumed) {
    warnings.push_back("Taken for granted: " + *input.facts.assumed + ".");
  }
  if (input.assessment.verdict == RunVerdict::inconclusive) return warnings;
  if (input.facts.interrupted) {
    warnings.push_back(sentence(describe_interruption(input.facts)) +
                       " All figures are of what was seen until then.");
  }
  if (input.assessment.cut_short) {
    warnings.push_back(
        fmt::format("The history ends early: {} can be read, what came after is lost.",
                    counted(input.assessment.attempts, "attempt")));
  }
  return warnings;
}

std::string quota_text(const analysis::QuotaRule& quota) {
  if (quota.share) {
    return fmt::format("{:g} % of the roster", quota.share->of_one * 100);
  }
  return quota.count ? counted(*quota.count, "coupon") : std::string(kNoFigure);
}

const analysis::LatencyFigures* latencies_of(const Assessment& assessment, analysis::Op op) {
  const auto found = std::ranges::find(assessment.latencies, op, &analysis::LatencyFigures::op);
  return found == assessment.latencies.end() ? nullptr : &*found;
}

const CheckResult* check_of(const Assessment& assessment, std::string_view id) {
  const auto found = std::ranges::find(assessment.invariants, id, &CheckResult::id);
  return found == assessment.invariants.end() ? nullptr : &*found;
}

std::string example_subject(const analysis::CounterExample& example,
                            const analysis::RunFacts& facts) {
  std::string text;
  if (facts.rounds.size() > 1) text = fmt::format("round {}", example.round + 1);
  if (!example.user) return text;
  return fmt::format("{}{}user {}", text, text.empty() ? "" : ", ", example.user->value());
}

std::vector<const CheckResult*> open_checks(const Assessment& assessment) {
  std::vector<const CheckResult*> open;
  for (const CheckVerdict verdict : {CheckVerdict::fail, CheckVerdict::unknown}) {
    for (const CheckResult& check : assessment.invariants) {
      if (check.verdict == verdict) open.push_back(&check);
    }
  }
  return open;
}

std::vector<const analysis::SightingResult*> missing_sightings(const Assessment& assessment) {
  std::vector<const analysis::SightingResult*> missing;
  for (const auto& sighting : assessment.sightings) {
    if (sighting.attempted && sighting.seen == 0) missing.push_back(&sighting);
  }
  return missing;
}

std::uint64_t indeterminate_attempts(const Assessment& assessment) {
  std::uint64_t count = 0;
  for (const auto& outcome : assessment.outcomes) {
    if (outcome.outcome == analysis::Outcome::indeterminate) count += outcome.count;
  }
  return count;
}

std::string busiest_round(const analysis::LoadFigures& load) {
  if (load.rounds < 2) return {};
  return fmt::format("round {}, the busiest of {}", load.busiest_round + 1,
                     format_count(load.rounds));
}

std::uint32_t in_flight_max(const Assessment& assessment) {
  std::uint32_t most = 0;
  for (const auto& point : assessment.load.all.points) most = std::max(most, point.in_flight_max);
  return most;
}

}  // namespace fairrush::reports
