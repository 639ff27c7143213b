#include <fmt/format.h>

#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

void add_head(Markup& page, const ReportInput& input) {
  const auto& facts = input.facts;
  page.open("p", {{"class", "eyebrow"}})
      .leaf("b", "fairrush")
      .text(fmt::format(" · {} · {}", facts.scenario, facts.started_at))
      .close();
  page.line("h1",
            facts.question.empty() ? fmt::format("Run of {}", facts.scenario) : facts.question);
}

void add_warnings(Markup& page, const ReportInput& input) {
  if (const auto fault = fault_warning(input.facts)) {
    page.line("p", {{"class", "warning fault"}, {"role", "alert"}}, "✘ " + *fault);
  }
  if (const auto warning = build_warning(input.facts)) {
    page.line("p", {{"class", "warning"}}, "! " + *warning);
  }
  for (const std::string& warning : early_warnings(input)) {
    page.line("p", {{"class", "warning"}}, "! " + warning);
  }
}

void add_verdict(Markup& page, const ReportInput& input) {
  const VerdictWords verdict = describe_verdict(input);
  page.open("div", {{"class", fmt::format("verdict {}", tone_class(verdict.tone))},
                    {"role", "region"},
                    {"aria-label", "Verdict"}});
  page.line("span", {{"class", "mark"}, {"aria-hidden", "true"}}, mark_of(verdict.tone));
  page.open("div");
  page.line("p", {{"class", "word"}}, verdict.word);
  page.line("p", {{"class", "headline"}}, sentence(verdict.headline));
  if (!input.assessment.verdict_reason.empty())
    page.line("p", sentence(input.assessment.verdict_reason));
  page.line("p", {{"class", "result"}}, verdict.result);
  page.close().close();
}

void add_key_figures(Markup& page, const ReportInput& input) {
  page.open("dl", {{"class", "cards"}});
  for (const KeyFigure& figure : key_figures(input)) {
    page.open("div")
        .line("dt", figure.label)
        .line("dd", {{"class", "value"}}, figure.value)
        .line("dd", {{"class", "note"}}, figure.note)
        .close();
  }
  page.close();
}

}  // namespace

void add_opening(Markup& page, const ReportInput& input) {
  page.open("header");
  add_head(page, input);
  add_warnings(page, input);
  add_verdict(page, input);
  page.close();
  add_key_figures(page, input);
}

}  // namespace fairrush::reports
