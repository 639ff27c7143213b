#include <fmt/format.h>

#include "base/units.hpp"
#include "reports/html/fairness_tables.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

using analysis::FairnessFigures;

void add_rates(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  const bool reserve = analysis::takes_reservations(input.facts);
  const std::string rounds =
      fairness.rounds > 1 ? fmt::format(", {} together", counted(fairness.rounds, "round")) : "";
  page.open("p", {{"class", "lead"}})
      .text(fmt::format(
          "{} {}, {} claims, {} coupons won{}: {} of those who claimed won, {} of those {}; {} was "
          "intended.",
          format_count(fairness.reserved), reserve ? "reservations" : "users on the roster",
          format_count(fairness.claimed), format_count(fairness.winners), rounds,
          rate_text(fairness.rate_of_claimed, fairness.claimed),
          rate_text(fairness.rate_of_reserved, fairness.reserved),
          reserve ? "who reserved" : "on the roster",
          rate_text(fairness.intended_rate, fairness.reserved)))
      .close();
}

/// The one proof of equal chances that needs no statistics.
void add_draw(Markup& page, const analysis::Assessment& assessment) {
  const analysis::CheckResult* draw = check_of(assessment, analysis::kDrawCheck);
  if (draw == nullptr || draw->verdict == analysis::CheckVerdict::not_applicable) return;
  const Tone tone = tone_of(draw->verdict);
  page.open("p")
      .leaf(
          "b", {{"class", std::string(tone_class(tone))}},
          fmt::format("{} {}, {}", mark_of(tone), capitalized(draw->name), name_of(draw->verdict)))
      .text(": " + sentence(draw->finding))
      .close();
}

void add_meaning(Markup& page, const FairnessFigures& fairness, std::string_view id) {
  const analysis::TestResult* test = fairness.test(id);
  if (test == nullptr || test->meaning.empty()) return;
  page.open("p").leaf("b", capitalized(test->name)).text(": " + sentence(test->meaning)).close();
}

void add_cohorts(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  page.line("p",
            "The band is where fair draws of as many winners put a group's win rate in 99.9 % of "
            "runs; a mark outside it is hard to explain by chance.");
  add_plot(page, cohorts_plot(input));
  add_meaning(page, fairness, "cohorts");
  if (const std::string impact = impact_meaning(fairness); !impact.empty()) {
    page.line("p", impact);
  }
  if (!fairness.cohorts.empty()) add_cohort_table(page, input);
  if (fairness.rounds > 1) add_plot(page, rounds_plot(input));
}

void add_equivalence(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  const bool reserve = analysis::takes_reservations(input.facts);
  page.line("h3", "Are chances shown to be equal?");
  page.line("p",
            fmt::format("That no difference was found proves nothing: small runs find nothing. "
                        "Equal to within {:g} percentage points is shown when all intervals lie "
                        "inside the band, after as many rounds as it takes. Early {} the first "
                        "half{}.",
                        input.facts.fairness_margin.of_one * 100,
                        reserve ? "arrivals and early tickets are" : "arrivals are",
                        reserve ? " of each" : ""));
  add_plot(page, equivalence_plot(input));
  if (!fairness.equivalence.empty()) add_equivalence_table(page, input);
  page.line("p", round_limits(input));
}

void add_spans(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  add_plot(page, spans_plot(input));
  page.line(
      "p",
      fmt::format("The same claims by the clock, in {} spans of time into which about as many "
                  "claims fall each: short ones where many come. The last holds all that come "
                  "from {:g} s on. The line through a mark is the 95 % interval of the win rate: "
                  "how exactly its claims show it.",
                  fairness.spans.size(), fairness.span_edges_s[fairness.spans.size() - 1]));
}

void add_orders(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  const bool reserve = analysis::takes_reservations(input.facts);
  page.line("h3", reserve ? "Does it help to come early, or to reserve early?"
                          : "Does it help to come early?");
  add_plot(page, deciles_plot(input));
  const std::string meaning = arrival_meaning(fairness);
  if (!meaning.empty()) page.line("p", meaning);
  if (fairness.spans.size() > 1) add_spans(page, input);
  if (!fairness.ticket_deciles.empty()) {
    add_plot(page, tickets_plot(input));
    add_meaning(page, fairness, "tickets");
  }
}

void add_users(Markup& page, const ReportInput& input) {
  const std::string meaning = users_meaning(input.assessment.fairness);
  if (meaning.empty()) return;
  page.line("h3", "Do the same users win again?");
  add_plot(page, wins_per_user_plot(input));
  page.line("p", meaning);
  add_meaning(page, input.assessment.fairness, "luck");
}

}  // namespace

void add_fairness(Markup& page, const ReportInput& input) {
  const FairnessFigures& fairness = input.assessment.fairness;
  open_section(page, "fairness", "Fairness");
  if (fairness.claimed > 0) {
    add_rates(page, input);
    add_draw(page, input.assessment);
    add_cohorts(page, input);
    add_equivalence(page, input);
    add_orders(page, input);
    add_users(page, input);
    add_test_tables(page, input);
  } else {
    page.line("p", round_limits(input));
  }
  close_section(page);
}

}  // namespace fairrush::reports
