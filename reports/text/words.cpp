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
using analysis::RunVerdict;

constexpr std::string_view kInstrumentCheck = "I20";

/// What the invariants allow to be said, whatever chance says.
std::string correctness_words(const Assessment& assessment) {
  const bool all_hold = open_checks(assessment).empty();
  return all_hold ? "nothing oversold, doubled or lost" : "no violation was seen";
}

std::string failed_checks_headline(const Assessment& assessment) {
  std::string names;
  std::size_t failed = 0;
  for (const CheckResult& check : assessment.invariants) {
    if (check.verdict != CheckVerdict::fail) continue;
    names += fmt::format("{}{} {}", failed == 0 ? "" : ", ", check.id, check.name);
    ++failed;
  }
  return fmt::format("{} broken: {}", counted(failed, "rule"), names);
}

std::string inconclusive_headline(const ReportInput& input) {
  const Assessment& assessment = input.assessment;
  if (assessment.attempts == 0) return "no attempt was made, so nothing is shown";
  if (input.facts.interrupted) {
    return correctness_words(assessment) + ", but the run was interrupted";
  }
  const CheckResult* instrument = check_of(assessment, kInstrumentCheck);
  if (instrument != nullptr && instrument->verdict != CheckVerdict::pass) {
    return "the instrument was not good enough for its figures to be believed";
  }
  if (!missing_sightings(assessment).empty()) {
    return correctness_words(assessment) + ", but the run did not see all it must see";
  }
  if (!open_checks(assessment).empty()) return "no violation was seen, but some checks stay open";
  return correctness_words(assessment) + "; whether chances are equal, one run cannot show";
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

KeyFigure users_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return {Topic::users, "Users", format_count(input.facts.users),
          fmt::format("{} reserved, {} claimed", format_count(fairness.reserved),
                      format_count(fairness.claimed))};
}

KeyFigure wins_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  const std::string quota = quota_text(input.facts.quota);
  const auto& announced = input.facts.rounds.front().announced_coupons;
  return {Topic::wins, "Users who won", format_count(fairness.winners),
          announced ? fmt::format("of {} ({})", counted(*announced, "coupon"), quota)
                    : fmt::format("coupons: {}", quota)};
}

KeyFigure rate_figure(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  return {Topic::win_rate, "Win rate", rate_text(fairness.rate_of_claimed, fairness.claimed),
          fmt::format("of those who claimed; {} of the reserved, {} intended",
                      rate_text(fairness.rate_of_reserved, fairness.reserved),
                      rate_text(fairness.intended_rate, fairness.reserved))};
}

KeyFigure arrival_figure(const ReportInput& input) {
  const auto& test = input.assessment.fairness.arrival_test;
  return {Topic::arrival, "Arrival AUC",
          test.computed ? number_text(test.effect, 3) : std::string(kNoFigure),
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
  return {
      Topic::load, "Peak load",
      number_text(input.assessment.claims_per_second_max, 0) + " claims/s",
      fmt::format("{} claims in flight at most", format_count(in_flight_max(input.assessment)))};
}

KeyFigure indeterminate_figure(const ReportInput& input) {
  return {Topic::indeterminate, "Indeterminate",
          format_count(indeterminate_attempts(input.assessment)),
          fmt::format("of {}: sent, and no definite answer",
                      counted(input.assessment.attempts, "attempt"))};
}

KeyFigure instrument_figure(const ReportInput& input) {
  const CheckResult* check = check_of(input.assessment, kInstrumentCheck);
  const std::string lag = milliseconds_text(input.facts.instrument.lag_p99_ns) + " ms late at p99";
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
      return {Tone::good, "FAIR",
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

std::vector<KeyFigure> key_figures(const ReportInput& input) {
  return {users_figure(input),         wins_figure(input),      rate_figure(input),
          arrival_figure(input),       latency_figure(input),   peak_figure(input),
          indeterminate_figure(input), instrument_figure(input)};
}

std::string arrival_meaning(const analysis::FairnessFigures& fairness) {
  const analysis::TestResult& test = fairness.arrival_test;
  if (!test.computed) return sentence(test.meaning);
  return fmt::format(
      "The arrival AUC is {}: 0.5 means that it made no difference whether a claim came early or "
      "late, 0 or 1 that it decided everything. {}",
      number_text(test.effect, 3), sentence(test.meaning));
}

std::string round_limits(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  if (fairness.claimed == 0) return "Nobody claimed, so this run says nothing about chances.";
  std::string text = fmt::format(
      "One round of this size can see a gap of {} percentage points or more between two halves of "
      "the users (in 80 % of such rounds); a smaller one it can easily miss.",
      number_text(fairness.detectable_gap_pp, 2));
  if (fairness.rounds_needed > 0) {
    text += fmt::format(" To show that chances are equal to within {:g} pp takes {} like this.",
                        input.facts.fairness_margin.of_one * 100,
                        counted(fairness.rounds_needed, "round"));
  }
  return text;
}

bool outside_band(const analysis::GroupRate& group) {
  return group.claimed > 0 &&
         (group.rate_of_claimed < group.band_low || group.rate_of_claimed > group.band_high);
}

std::string_view band_position(const analysis::GroupRate& group) {
  if (group.claimed == 0) return "nobody claimed";
  if (!outside_band(group)) return "inside";
  return group.rate_of_claimed < group.band_low ? "below" : "above";
}

std::optional<std::string> build_warning(const analysis::RunFacts& facts) {
  if (facts.build_type == "Release") return std::nullopt;
  return fmt::format("{} build: correctness counts, speed and latency do not.",
                     facts.build_type.empty() ? "Unknown" : facts.build_type);
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

std::vector<const CheckResult*> open_checks(const Assessment& assessment) {
  std::vector<const CheckResult*> open;
  for (const CheckResult& check : assessment.invariants) {
    const Tone tone = tone_of(check.verdict);
    if (tone == Tone::bad || tone == Tone::open) open.push_back(&check);
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

std::uint32_t in_flight_max(const Assessment& assessment) {
  std::uint32_t most = 0;
  for (const auto& point : assessment.series.points) most = std::max(most, point.in_flight_max);
  return most;
}

}  // namespace fairrush::reports
