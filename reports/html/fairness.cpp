#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

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

void add_cohort_table(Markup& page, const ReportInput& input) {
  std::vector<Row> rows;
  for (const analysis::GroupRate& group : input.assessment.fairness.cohorts) {
    rows.push_back({{group.label, Tone::neutral, delay_of(input.facts, group.label)},
                    {format_count(group.reserved)},
                    {format_count(group.claimed)},
                    {format_count(group.wins)},
                    {rate_text(group.rate_of_reserved, group.reserved)},
                    {rate_text(group.rate_of_claimed, group.claimed)},
                    {band_text(group)},
                    position_cell(group)});
  }
  add_table(page, "Win rate by cohort",
            {{"Cohort, one-way delay"},
             {"Reserved", ColumnKind::number},
             {"Claimed", ColumnKind::number},
             {"Won", ColumnKind::number},
             {"of reserved", ColumnKind::number},
             {"of claimed", ColumnKind::number},
             {"Fair band, 99.9 %", ColumnKind::number},
             {"In band?"}},
            rows);
}

void add_rates(Markup& page, const analysis::FairnessFigures& fairness) {
  page.open("p", {{"class", "lead"}})
      .text(fmt::format(
          "{} of {} users who reserved claimed, and {} won: {} of those who claimed, {} of those "
          "who reserved; {} was intended.",
          format_count(fairness.claimed), format_count(fairness.reserved),
          format_count(fairness.winners), rate_text(fairness.rate_of_claimed, fairness.claimed),
          rate_text(fairness.rate_of_reserved, fairness.reserved),
          rate_text(fairness.intended_rate, fairness.reserved)))
      .close();
}

void add_test(Markup& page, const analysis::TestResult& test) {
  if (test.meaning.empty()) return;
  page.open("p").leaf("b", capitalized(test.name.empty() ? "test" : test.name)).text(": ");
  page.text(test.meaning.ends_with('.') ? test.meaning : test.meaning + ".").close();
}

/// The one proof of equal chances that needs no statistics.
void add_draw(Markup& page, const analysis::Assessment& assessment) {
  const analysis::CheckResult* draw = check_of(assessment, "I14");
  if (draw == nullptr || draw->verdict == analysis::CheckVerdict::not_applicable) return;
  const Tone tone = tone_of(draw->verdict);
  page.open("p")
      .leaf(
          "b", {{"class", std::string(tone_class(tone))}},
          fmt::format("{} {}, {}", mark_of(tone), capitalized(draw->name), name_of(draw->verdict)))
      .text(": " + sentence(draw->finding))
      .close();
}

void add_cohorts(Markup& page, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  page.line("p",
            "The band is where a fair draw of as many winners puts a group's win rate in 99.9 % of "
            "runs; a mark outside it is hard to explain by chance.");
  add_plot(page, cohorts_plot(input));
  add_test(page, fairness.cohort_test);
  if (!fairness.cohorts.empty()) add_cohort_table(page, input);
}

void add_arrival(Markup& page, const ReportInput& input) {
  add_plot(page, deciles_plot(input));
  const std::string meaning = arrival_meaning(input.assessment.fairness);
  if (!meaning.empty()) page.line("p", meaning);
}

}  // namespace

void add_fairness(Markup& page, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  open_section(page, "fairness", "Fairness");
  if (fairness.claimed > 0) {
    add_rates(page, fairness);
    add_draw(page, input.assessment);
    add_cohorts(page, input);
    add_arrival(page, input);
    page.line("h3", "What one round can and cannot show");
  }
  page.line("p", round_limits(input));
  close_section(page);
}

}  // namespace fairrush::reports
