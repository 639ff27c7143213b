#include "reports/html/fairness_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

using analysis::TestFamily;
using analysis::TestResult;

std::string delay_of(const analysis::RunFacts& facts, std::string_view cohort) {
  const auto found = std::ranges::find(facts.cohorts, cohort, &analysis::CohortFacts::name);
  return found == facts.cohorts.end() ? "" : found->one_way_delay;
}

Cell position_cell(const analysis::GroupRate& group) {
  return {std::string(band_position(group)), outside_band(group) ? Tone::bad : Tone::neutral};
}

std::string band_text(const analysis::GroupRate& group) {
  if (group.claimed == 0) return std::string(kNoFigure);
  return fmt::format("{} … {}", percent_text(group.band_low), percent_text(group.band_high));
}

std::string unanswered_note(const analysis::GroupRate& group) {
  if (group.unanswered == 0) return {};
  return fmt::format("{} of {} never answered", format_count(group.unanswered),
                     format_count(group.asked));
}

Row test_row(const TestResult& test) {
  const TestWords words = describe_test(test);
  const auto p_text = [&](double p_value) {
    return test.computed ? probability_text(p_value) : std::string(kNoFigure);
  };
  return {{capitalized(test.name), Tone::neutral, sentence(test.meaning)},
          {words.verdict, words.tone == Tone::good ? Tone::neutral : words.tone},
          {effect_text(test)},
          {p_text(test.p_value)},
          {p_text(test.adjusted_p)}};
}

void add_family(Markup& page, const ReportInput& input, TestFamily family, std::string_view name,
                std::string_view adjusted) {
  std::vector<Row> rows;
  for (const TestResult& test : input.assessment.fairness.tests) {
    if (test.family == family) rows.push_back(test_row(test));
  }
  if (rows.empty()) return;
  add_table(page, name,
            {{"Test, and what it says"},
             {"Finding"},
             {"Effect"},
             {"p", ColumnKind::number},
             {adjusted, ColumnKind::number}},
            rows);
}

/// Folded up unless one of them is marked: they decide nothing.
void add_exploratory(Markup& page, const ReportInput& input) {
  const auto& tests = input.assessment.fairness.tests;
  const auto explores = [](const TestResult& test) {
    return test.family == TestFamily::exploratory;
  };
  const auto count = std::ranges::count_if(tests, explores);
  if (count == 0) return;
  const auto marked = std::ranges::count_if(
      tests, [&](const TestResult& test) { return explores(test) && test.rejected; });
  page.line("h3", "Where else to look");
  page.line("p", fmt::format("{} more tests decide nothing. Marked: {}; of those that are, one in "
                             "twenty may be chance (Benjamini and Hochberg).",
                             count, marked == 0 ? "none" : fmt::format("{}", marked)));
  open_fold(page, "The tests", marked > 0 ? Fold::down : Fold::up);
  add_family(page, input, TestFamily::exploratory, "Where else to look", "p, BH");
  page.close();
}

}  // namespace

void add_cohort_table(Markup& page, const ReportInput& input) {
  const bool reserve = analysis::takes_reservations(input.facts);
  std::vector<Row> rows;
  for (const analysis::GroupRate& group : input.assessment.fairness.cohorts) {
    rows.push_back({{group.label, Tone::neutral, delay_of(input.facts, group.label)},
                    {format_count(group.reserved)},
                    {format_count(group.claimed), Tone::neutral, unanswered_note(group)},
                    {format_count(group.wins)},
                    {rate_text(group.rate_of_reserved, group.reserved)},
                    {rate_text(group.rate_of_claimed, group.claimed)},
                    {band_text(group)},
                    position_cell(group)});
  }
  add_table(page, "Win rate by cohort",
            {{"Cohort, one-way delay"},
             {reserve ? "Reserved" : "On the roster, seen", ColumnKind::number},
             {"Claimed", ColumnKind::number},
             {"Won", ColumnKind::number},
             {reserve ? "of reserved" : "of those", ColumnKind::number},
             {"of claimed", ColumnKind::number},
             {"Fair band, 99.9 %", ColumnKind::number},
             {"In band?"}},
            rows);
}

void add_equivalence_table(Markup& page, const ReportInput& input) {
  std::vector<Row> rows;
  for (const analysis::EquivalenceResult& row : input.assessment.fairness.equivalence) {
    const EquivalenceWords words = describe_equivalence(row, input.facts.fairness_margin);
    rows.push_back(
        {{row.label},
         {row.computed ? number_text(row.members, 0) : std::string(kNoFigure)},
         {difference_text(row)},
         {words.text, words.tone},
         {row.rounds_needed == 0 ? std::string(kNoFigure) : format_count(row.rounds_needed)}});
  }
  add_table(page, "Groups against the win rate of all",
            {{"Group"},
             {"Members a round", ColumnKind::number},
             {"Difference, 90 % interval", ColumnKind::number},
             {"Equal?"},
             {"Rounds it takes", ColumnKind::number}},
            rows);
}

void add_test_tables(Markup& page, const ReportInput& input) {
  page.line("h3", "Tests that decide");
  page.line("p",
            "A test asks how often fair draws would stray as far: its p. Adjusted, the p-values of "
            "all six together raise a false alarm in one run of a thousand at 0.001 (Holm). It "
            "takes that, and an effect larger than the margin, to call a run biased.");
  add_family(page, input, TestFamily::primary, "Tests that decide", "p, Holm");
  add_exploratory(page, input);
}

}  // namespace fairrush::reports
