#include "analysis/round_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/units.hpp"

namespace fairrush::analysis {
namespace {

/// Strongest first.
constexpr std::array kStrongestFirst{CheckVerdict::fail, CheckVerdict::unknown, CheckVerdict::pass,
                                     CheckVerdict::not_applicable};

int rank(CheckVerdict verdict) {
  return static_cast<int>(std::ranges::find(kStrongestFirst, verdict) - kStrongestFirst.begin());
}

std::uint64_t& count_of(RoundVerdicts& rounds, CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::fail:
      return rounds.failed;
    case CheckVerdict::unknown:
      return rounds.unknown;
    case CheckVerdict::pass:
      return rounds.held;
    case CheckVerdict::not_applicable:
      break;
  }
  return rounds.not_applicable;
}

std::string_view words_for(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::fail:
      return "broken";
    case CheckVerdict::unknown:
      return "unknown";
    case CheckVerdict::pass:
      return "held";
    case CheckVerdict::not_applicable:
      break;
  }
  return "not applicable";
}

/// "each of 3 rounds", "2 of 3 rounds", "each of 5 rounds kept of 200".
std::string part_of_rounds(std::uint64_t part, std::uint64_t asked, std::uint64_t rounds) {
  const std::string kept = asked == rounds ? "" : fmt::format(" kept of {}", format_count(rounds));
  if (asked == 1) return fmt::format("the one round{}", kept);
  const std::string all = fmt::format("{} rounds{}", format_count(asked), kept);
  return part < asked ? fmt::format("{} of {}", format_count(part), all)
                      : fmt::format("each of {}", all);
}

/// "broken in 1 of 3 rounds, unknown in 1, held in 1".
std::string course_of(RoundVerdicts verdicts, std::uint64_t rounds) {
  std::string text;
  for (const CheckVerdict verdict : kStrongestFirst) {
    const std::uint64_t part = count_of(verdicts, verdict);
    if (part == 0) continue;
    text += text.empty() ? fmt::format("{} in {}", words_for(verdict),
                                       part_of_rounds(part, verdicts.asked(), rounds))
                         : fmt::format(", {} in {}", words_for(verdict), format_count(part));
  }
  return text;
}

}  // namespace

void RoundChecks::add(std::vector<CheckResult> checks, std::uint32_t round) {
  for (CheckResult& check : checks) add_check(std::move(check), round);
}

void RoundChecks::add_check(CheckResult check, std::uint32_t round) {
  const CheckVerdict verdict = check.verdict;
  const auto found =
      std::ranges::find(entries_, check.id, [](const Entry& entry) { return entry.result.id; });
  if (found == entries_.end()) {
    const bool of_the_run = check.id == kInstrumentCheck;
    count_of(check.rounds, verdict) = 1;
    entries_.push_back(
        {.result = std::move(check), .round = round, .speaks_of_the_run = of_the_run});
    return;
  }
  Entry& entry = *found;
  CheckResult& known = entry.result;
  if (entry.speaks_of_the_run) return;
  ++count_of(known.rounds, verdict);
  if (rank(verdict) < rank(known.verdict)) {
    check.rounds = known.rounds;
    check.violations += known.violations;
    check.open_attempts += known.open_attempts;
    entry = {.result = std::move(check), .round = round};
    return;
  }
  known.violations += check.violations;
  known.open_attempts += check.open_attempts;
  if (verdict != known.verdict) return;
  entry.same_finding = entry.same_finding && check.finding == known.finding;
  for (CounterExample& example : check.examples) {
    if (known.examples.size() < kExamplesMax) known.examples.push_back(std::move(example));
  }
}

std::vector<CheckResult> RoundChecks::finish(std::uint64_t rounds) {
  std::vector<CheckResult> checks;
  checks.reserve(entries_.size());
  for (Entry& entry : entries_) {
    CheckResult& check = checks.emplace_back(std::move(entry.result));
    if (rounds < 2 || entry.speaks_of_the_run) continue;
    const bool one_verdict = count_of(check.rounds, check.verdict) == check.rounds.asked();
    const bool one_finding = one_verdict && entry.same_finding;
    // What applies to no round has one reason, and nothing to count.
    if (one_finding && check.verdict == CheckVerdict::not_applicable) continue;
    const std::string whose = one_finding ? "" : fmt::format("; round {}", entry.round + 1);
    check.finding = fmt::format("{}{}: {}", course_of(check.rounds, rounds), whose, check.finding);
  }
  return checks;
}

}  // namespace fairrush::analysis
