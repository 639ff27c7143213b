#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

using analysis::CheckResult;
using analysis::CheckVerdict;

constexpr std::size_t kExamplesOpen = 3;

std::size_t count_of(const std::vector<CheckResult>& checks, CheckVerdict verdict) {
  return static_cast<std::size_t>(std::ranges::count(checks, verdict, &CheckResult::verdict));
}

std::string tally(const std::vector<CheckResult>& checks) {
  const std::size_t not_asked = count_of(checks, CheckVerdict::not_applicable);
  const std::size_t failed = count_of(checks, CheckVerdict::fail);
  const std::size_t unknown = count_of(checks, CheckVerdict::unknown);
  std::string text = fmt::format("{} of {} hold", count_of(checks, CheckVerdict::pass),
                                 counted(checks.size() - not_asked, "rule"));
  if (failed > 0) text += fmt::format(", {} failed", failed);
  if (unknown > 0) text += fmt::format(", {} could not be decided", unknown);
  if (not_asked > 0) text += fmt::format("; {} could not be asked of this run", not_asked);
  return text + ".";
}

void add_example(Markup& page, const analysis::CounterExample& example,
                 const analysis::RunFacts& facts) {
  page.open("div", {{"class", "example"}});
  if (const std::string subject = example_subject(example, facts); !subject.empty()) {
    page.line("p", capitalized(subject));
  }
  page.open("ol");
  for (const std::string& event : example.timeline) page.line("li", event);
  page.close().close();
}

/// The first few are open; the others wait to be asked for.
void add_examples(Markup& page, const CheckResult& check, const analysis::RunFacts& facts) {
  const std::size_t open = std::min(check.examples.size(), kExamplesOpen);
  for (std::size_t i = 0; i < open; ++i) add_example(page, check.examples[i], facts);
  if (check.examples.size() == open) return;
  open_fold(page, fmt::format("{} more", check.examples.size() - open), Fold::up);
  for (std::size_t i = open; i < check.examples.size(); ++i) {
    add_example(page, check.examples[i], facts);
  }
  page.close();
}

void add_evidence(Markup& page, const CheckResult& check, const analysis::RunFacts& facts) {
  const std::size_t shown = check.examples.size();
  std::string summary = fmt::format("Evidence: {}", counted(shown, "example"));
  if (check.violations > shown) {
    summary += fmt::format(" of {}", counted(check.violations, "violation"));
  }
  page.open("tr", {{"class", "evidence"}}).open("td", {{"colspan", "3"}});
  open_fold(page, summary, Fold::down);
  add_examples(page, check, facts);
  page.close().close().close();
}

void add_check(Markup& page, const CheckResult& check, const analysis::RunFacts& facts) {
  const Tone tone = tone_of(check.verdict);
  page.open("tr");
  page.open("th", {{"scope", "row"}})
      .leaf("span", {{"class", "id"}}, check.id)
      .text(" ")
      .text(check.name);
  if (!check.rule.empty()) page.leaf("span", {{"class", "note"}}, check.rule);
  page.close();
  page.leaf("td", {{"class", fmt::format("answer {}", tone_class(tone))}},
            fmt::format("{} {}", mark_of(tone), name_of(check.verdict)));
  page.open("td").text(sentence(check.finding));
  if (check.open_attempts > 0) {
    page.text(fmt::format(" {} could change this.",
                          counted(check.open_attempts, "indeterminate attempt")));
  }
  page.close().close();
  if (!check.examples.empty()) add_evidence(page, check, facts);
}

void add_rules(Markup& page, const std::vector<const CheckResult*>& checks,
               const analysis::RunFacts& facts) {
  page.open("table", {{"class", "checks"}});
  page.open("thead").open("tr");
  for (const std::string_view heading : {"Rule", "Verdict", "Finding"}) {
    page.leaf("th", {{"scope", "col"}}, heading);
  }
  page.close().close().open("tbody");
  for (const CheckResult* check : checks) add_check(page, *check, facts);
  page.close().close();
}

Row sighting_row(const analysis::SightingResult& sighting) {
  if (!sighting.attempted) return {{sighting.name}, {"not attempted"}, {std::string(kNoFigure)}};
  if (sighting.seen == 0) return {{sighting.name}, {"never seen", Tone::open}, {"0"}};
  return {{sighting.name}, {"seen", Tone::good}, {format_count(sighting.seen)}};
}

}  // namespace

void add_correctness(Markup& page, const ReportInput& input) {
  const auto& checks = input.assessment.invariants;
  open_section(page, "correctness", "Correctness");
  page.line("p", {{"class", "lead"}}, tally(checks));
  const auto open = open_checks(input.assessment);
  if (!open.empty()) {
    page.line("p", "Times in the evidence count from the opening of the rush.");
    add_rules(page, open, input.facts);
  }
  std::vector<const CheckResult*> others;
  for (const CheckResult& check : checks) {
    if (std::ranges::find(open, &check) == open.end()) others.push_back(&check);
  }
  if (!others.empty()) {
    open_fold(page,
              fmt::format("{} that hold or could not be asked", counted(others.size(), "rule")),
              Fold::up);
    add_rules(page, others, input.facts);
    page.close();
  }
  close_section(page);
}

void add_sightings(Markup& page, const ReportInput& input) {
  const auto& sightings = input.assessment.sightings;
  const std::size_t missing = missing_sightings(input.assessment).size();
  const auto attempted = static_cast<std::size_t>(
      std::ranges::count_if(sightings, &analysis::SightingResult::attempted));
  open_section(page, "seen", "Did we see it?");
  page.line("p", {{"class", "lead"}},
            fmt::format("{} of the {} that the scenario attempts were seen.", attempted - missing,
                        counted(attempted, "thing")));
  page.line(
      "p",
      "A run that never saw a thing cannot vouch for it. What the scenario attempts must have "
      "happened at least once.");
  std::vector<Row> rows;
  for (const auto& sighting : sightings) rows.push_back(sighting_row(sighting));
  open_fold(page, "What the run saw", missing > 0 ? Fold::down : Fold::up);
  add_table(page, "What the run saw", {{"What"}, {"Seen?"}, {"Times", ColumnKind::number}}, rows);
  page.close();
  close_section(page);
}

}  // namespace fairrush::reports
