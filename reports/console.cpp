#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/units.hpp"
#include "reports/reports.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/instrument_words.hpp"
#include "reports/text/printable.hpp"
#include "reports/text/shard_words.hpp"
#include "reports/text/short_label.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

using analysis::CheckResult;
using analysis::GroupRate;

constexpr std::size_t kLabelColumns = 15;
constexpr std::size_t kValueColumns = 18;
constexpr std::size_t kWidthMin = 60;
constexpr std::size_t kBandColumns = 21;
constexpr std::size_t kExamplesShown = 3;
constexpr std::size_t kGroupColumnsMax = 24;

/// Collects the lines of a summary; knows the width and whether colours are wanted.
class Summary {
 public:
  explicit Summary(ConsoleStyle style)
      : color_(style.color), width_(std::max<std::size_t>(style.width, kWidthMin)) {}

  void line(std::string_view text = {}) { out_ += fmt::format("{}\n", text); }

  void paragraph(std::string_view text, std::string first_indent, std::string next_indent) {
    out_ += wrap(printable(text), {width_, std::move(first_indent), std::move(next_indent)});
  }

  void paragraph(std::string_view text, const std::string& indent) {
    paragraph(text, indent, indent);
  }

  void figure(std::string_view label, std::string_view value) {
    paragraph(value, "  " + pad_right(label, kLabelColumns), std::string(kLabelColumns + 2, ' '));
  }

  void figure(const KeyFigure& key) {
    const std::string head =
        "  " + pad_right(key.label, kLabelColumns) + pad_right(key.value, kValueColumns);
    paragraph(key.note, head, std::string(kLabelColumns + kValueColumns + 2, ' '));
  }

  /// Paints after the layout is done, so that escapes do not count as columns.
  void painted_paragraph(std::string_view text, Tone tone, const std::string& indent) {
    const std::string lines = wrap(printable(text), {width_, indent, indent + "  "});
    out_ += paint(lines.substr(0, lines.size() - 1), tone) + "\n";
  }

  std::string paint(std::string_view text, Tone tone) const {
    if (!color_ || tone == Tone::neutral) return std::string(text);
    const int code = tone == Tone::good ? 32 : tone == Tone::bad ? 31 : 33;
    return fmt::format("\x1b[1;{}m{}\x1b[0m", code, text);
  }

  std::string take() { return std::move(out_); }

 private:
  bool color_;
  std::size_t width_;
  std::string out_;
};

void add_verdict(Summary& summary, const ReportInput& input) {
  const VerdictWords verdict = describe_verdict(input);
  summary.line();
  if (const auto fault = fault_warning(input.facts)) {
    summary.painted_paragraph("!!! " + *fault + " !!!", Tone::bad, "");
    summary.line();
  }
  summary.painted_paragraph(
      fmt::format("{} {} — {}", mark_of(verdict.tone), verdict.word, verdict.headline),
      verdict.tone, "");
  summary.line();
  if (!input.assessment.verdict_reason.empty()) {
    summary.paragraph(sentence(input.assessment.verdict_reason), "  ");
  }
  summary.paragraph(verdict.result, "  ");
  if (const auto warning = build_warning(input.facts)) {
    summary.painted_paragraph("! " + *warning, Tone::open, "  ");
  }
  for (const std::string& warning : early_warnings(input)) {
    summary.painted_paragraph("! " + warning, Tone::open, "  ");
  }
}

void add_run(Summary& summary, const ReportInput& input) {
  summary.line();
  if (!input.facts.question.empty()) summary.figure("Question", input.facts.question);
  summary.figure("Run", fmt::format("{} on {}, seed {}", input.facts.scenario, input.facts.target,
                                    input.facts.seed));
}

void add_figures(Summary& summary, const ReportInput& input) {
  summary.line();
  for (const KeyFigure& figure : key_figures(input)) {
    // These two have more than one line below.
    if (figure.topic == Topic::latency || figure.topic == Topic::arrival) continue;
    summary.figure(figure);
  }
}

std::string latency_row(std::string_view label, const analysis::Histogram& histogram) {
  std::string row = "  " + pad_right(label, 24);
  for (const double quantile : {0.5, 0.9, 0.99, 0.999}) {
    row += pad_left(milliseconds_text(histogram.value_at(quantile)), 10);
  }
  return row + pad_left(milliseconds_text(histogram.max()), 10);
}

void add_latencies(Summary& summary, const ReportInput& input) {
  const auto* latency = latencies_of(input.assessment, analysis::Op::claim);
  if (latency == nullptr) return;
  summary.line();
  summary.line("  " + pad_right("Claim latency, ms", 24) + pad_left("p50", 10) +
               pad_left("p90", 10) + pad_left("p99", 10) + pad_left("p99.9", 10) +
               pad_left("max", 10));
  summary.line(latency_row("from the click", latency->from_intended));
  summary.line(latency_row("on the wire", latency->service));
}

std::string cohort_row(const GroupRate& group, std::size_t label_columns) {
  const bool empty = group.claimed == 0;
  const std::string band =
      empty ? std::string(kNoFigure)
            : fmt::format("{} … {}", percent_text(group.band_low), percent_text(group.band_high));
  return "  " + pad_right(printable(group.label), label_columns) +
         pad_left(format_count(group.claimed), 10) + pad_left(format_count(group.wins), 9) +
         pad_left(rate_text(group.rate_of_claimed, group.claimed), 10) +
         pad_left(band, kBandColumns) + "  ";
}

void add_cohorts(Summary& summary, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  if (fairness.cohorts.empty()) return;
  std::size_t label_columns = 8;
  for (const GroupRate& group : fairness.cohorts) {
    label_columns = std::max(label_columns, columns_of(printable(group.label)) + 1);
  }
  label_columns = std::min(label_columns, kGroupColumnsMax);
  summary.line();
  summary.line("  " + pad_right("Cohort", label_columns) + pad_left("claimed", 10) +
               pad_left("won", 9) + pad_left("win rate", 10) +
               pad_left("99.9 % fair band", kBandColumns));
  for (const GroupRate& group : fairness.cohorts) {
    const Tone tone = outside_band(group) ? Tone::bad : Tone::neutral;
    const std::string mark = outside_band(group) ? "✘ " : "";
    summary.line(cohort_row(group, label_columns) +
                 summary.paint(mark + std::string(band_position(group)), tone));
  }
}

void add_arrival(Summary& summary, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  const std::string meaning = arrival_meaning(fairness);
  if (meaning.empty()) return;
  summary.line();
  summary.figure("Arrival", meaning);
}

constexpr std::size_t kGroupColumns = 25;
constexpr std::size_t kTestColumns = 40;
constexpr std::size_t kDifferenceColumns = 29;

void add_equivalence(Summary& summary, const ReportInput& input) {
  const auto& rows = input.assessment.fairness.equivalence;
  if (rows.empty() || input.assessment.fairness.claimed == 0) return;
  summary.line();
  summary.line("  " + pad_right("Beside all users", kGroupColumns + 2) +
               "difference (90 % interval)");
  for (const analysis::EquivalenceResult& row : rows) {
    const EquivalenceWords words = describe_equivalence(row, input.facts.fairness_margin);
    summary.line("  " + pad_right(short_label(row.label, kGroupColumns), kGroupColumns + 2) +
                 pad_right(difference_text(row), kDifferenceColumns) +
                 summary.paint(fmt::format("{} {}", mark_of(words.tone), words.text), words.tone));
  }
}

/// The tests that decide; the page has the others too.
void add_tests(Summary& summary, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  if (fairness.claimed == 0) return;
  summary.line();
  summary.line("  " + pad_right("Test", kTestColumns) + pad_left("p", 10) +
               pad_left("adjusted", 10) + "  finding");
  for (const analysis::TestResult& test : fairness.tests) {
    if (test.family != analysis::TestFamily::primary) continue;
    const TestWords words = describe_test(test);
    const Tone tone = words.tone == Tone::good ? Tone::neutral : words.tone;
    summary.line(
        "  " + pad_right(short_label(test.name, kTestColumns - 1), kTestColumns) +
        pad_left(test.computed ? probability_text(test.p_value) : std::string(kNoFigure), 10) +
        pad_left(test.computed ? probability_text(test.adjusted_p) : std::string(kNoFigure), 10) +
        "  " + summary.paint(fmt::format("{} {}", mark_of(words.tone), words.verdict), tone));
    if (test.rejected && test.id != "arrival") {
      summary.paragraph(sentence(test.meaning), "      ");
    }
  }
}

void add_limits(Summary& summary, const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  summary.line();
  if (const std::string users = users_meaning(fairness); !users.empty()) {
    summary.figure("Users", users);
  }
  summary.figure("What it shows", round_limits(input));
  if (!input.facts.simulation) summary.figure("Own error", selftest_text(input.facts));
  const auto& burst = input.assessment.burst;
  if (burst && burst->is_wider()) summary.figure("Burst", burst_text(input));
  if (!input.facts.shards.empty()) summary.figure("Shards", shards_text(input.facts));
}

void add_examples(Summary& summary, const CheckResult& check, const ReportInput& input) {
  const std::size_t shown = std::min(check.examples.size(), kExamplesShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& example = check.examples[i];
    if (const std::string subject = example_subject(example, input.facts); !subject.empty()) {
      summary.line("      " + subject);
    }
    for (const std::string& event : example.timeline) {
      summary.paragraph(event, "        ", "          ");
    }
  }
  if (check.examples.size() > shown) {
    summary.line(fmt::format("      … and {} in the report",
                             counted(check.examples.size() - shown, "more example")));
  }
}

void add_open_checks(Summary& summary, const ReportInput& input) {
  const auto checks = open_checks(input.assessment);
  if (checks.empty()) return;
  summary.line();
  summary.line("  Checks that did not pass (times count from the opening of the rush)");
  for (const CheckResult* check : checks) {
    const Tone tone = tone_of(check->verdict);
    summary.painted_paragraph(
        fmt::format("{} {} {}: {}", mark_of(tone), check->id, check->name, name_of(check->verdict)),
        tone, "  ");
    if (!check->rule.empty()) summary.paragraph("Rule: " + check->rule, "      ");
    summary.paragraph(sentence(check->finding), "      ");
    if (check->open_attempts > 0) {
      summary.line(fmt::format("      open: {} could change this",
                               counted(check->open_attempts, "indeterminate attempt")));
    }
    add_examples(summary, *check, input);
  }
}

void add_missing_sightings(Summary& summary, const ReportInput& input) {
  const auto missing = missing_sightings(input.assessment);
  if (missing.empty()) return;
  summary.line();
  summary.line("  Attempted, but never seen");
  for (const auto* sighting : missing) {
    summary.painted_paragraph("? " + sighting->name, Tone::open, "  ");
  }
}

}  // namespace

std::string console_summary(const ReportInput& input, ConsoleStyle style) {
  Summary summary(style);
  add_verdict(summary, input);
  add_run(summary, input);
  add_open_checks(summary, input);
  add_missing_sightings(summary, input);
  add_figures(summary, input);
  add_latencies(summary, input);
  add_cohorts(summary, input);
  add_arrival(summary, input);
  add_equivalence(summary, input);
  add_tests(summary, input);
  add_limits(summary, input);
  return summary.take();
}

}  // namespace fairrush::reports
