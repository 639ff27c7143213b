#include <fmt/format.h>

#include <string>

#include "base/units.hpp"
#include "reports/text/fairness_words.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/file.hpp"
#include "reports/text/instrument_words.hpp"
#include "reports/text/printable.hpp"
#include "reports/text/shard_words.hpp"
#include "reports/text/tally_words.hpp"
#include "reports/text/words.hpp"
#include "reports/writers.hpp"

namespace fairrush::reports {
namespace {

/// Data as Markdown text: nothing in it can start a tag, a table cell, a link or a mention.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
    if (std::string_view("\\`*_{}[]()<>#|!~@&").contains(c)) result += '\\';
    result += c;
  }
  return result;
}

/// Data as a line inside a fenced block: it cannot end the fence.
std::string fenced(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) result += c == '`' ? '\'' : c;
  return result;
}

std::string verdict_section(const ReportInput& input) {
  const VerdictWords verdict = describe_verdict(input);
  std::string text;
  if (const auto fault = fault_warning(input.facts)) {
    text += fmt::format("> [!CAUTION]\n> **{}**\n\n", escaped(*fault));
  }
  text += fmt::format("## {} {}: {}\n\n", mark_of(verdict.tone), verdict.word,
                      escaped(verdict.headline));
  if (!input.facts.question.empty()) text += fmt::format("> {}\n\n", escaped(input.facts.question));
  text +=
      fmt::format("{} {}\n", escaped(sentence(input.assessment.verdict_reason)), verdict.result);
  if (const auto warning = build_warning(input.facts)) text += fmt::format("\n**{}**\n", *warning);
  for (const std::string& warning : early_warnings(input)) {
    text += fmt::format("\n**{}**\n", escaped(warning));
  }
  text += fmt::format("\n`{}` on {}, seed {}, {}, {}\n", fenced(input.facts.scenario),
                      escaped(input.facts.target), input.facts.seed,
                      escaped(input.facts.started_at), escaped(input.facts.version));
  return text;
}

std::string figures_section(const ReportInput& input) {
  std::string text = "\n| figure | value | |\n|---|---:|---|\n";
  for (const KeyFigure& figure : key_figures(input)) {
    text += fmt::format("| {} | {} | {} |\n", escaped(figure.label), escaped(figure.value),
                        escaped(figure.note));
  }
  return text;
}

std::string latency_row(std::string_view op, std::string_view from,
                        const analysis::Histogram& histogram) {
  return fmt::format(
      "| {} | {} | {} | {} | {} | {} | {} | {} |\n", op, from, format_count(histogram.count()),
      milliseconds_text(histogram.value_at(0.5)), milliseconds_text(histogram.value_at(0.9)),
      milliseconds_text(histogram.value_at(0.99)), milliseconds_text(histogram.value_at(0.999)),
      milliseconds_text(histogram.max()));
}

std::string latency_section(const ReportInput& input) {
  if (input.assessment.latencies.empty()) return {};
  std::string text =
      "\n### Latency, ms\n\n| operation | measured | answered | p50 | p90 | p99 | p99.9 | max |\n"
      "|---|---|---:|---:|---:|---:|---:|---:|\n";
  for (const analysis::LatencyFigures& latency : input.assessment.latencies) {
    const std::string op(name_of(latency.op));
    text += latency_row(op, "from the click", latency.from_intended);
    text += latency_row(op, "on the wire", latency.service);
  }
  return text;
}

std::string cohort_row(const analysis::GroupRate& group) {
  const bool outside = outside_band(group);
  return fmt::format(
      "| {} | {} | {} | {} | {} … {} | {}{} |\n", escaped(group.label), format_count(group.claimed),
      format_count(group.wins), rate_text(group.rate_of_claimed, group.claimed),
      rate_text(group.band_low, group.claimed), rate_text(group.band_high, group.claimed),
      outside ? "✘ " : "", band_position(group));
}

std::string equivalence_table(const ReportInput& input) {
  const auto& rows = input.assessment.fairness.equivalence;
  if (rows.empty()) return {};
  std::string text =
      "\n| group | difference from all (90 % interval) | | rounds it takes "
      "|\n|---|---:|---|---:|\n";
  for (const analysis::EquivalenceResult& row : rows) {
    const EquivalenceWords words = describe_equivalence(row, input.facts.fairness_margin);
    text += fmt::format(
        "| {} | {} | {} {} | {} |\n", escaped(row.label), difference_text(row), mark_of(words.tone),
        words.text,
        row.rounds_needed == 0 ? std::string(kNoFigure) : format_count(row.rounds_needed));
  }
  return text;
}

std::string test_table(const ReportInput& input) {
  std::string text =
      "\n| test | finding | effect | p | adjusted p | says |\n|---|---|---:|---:|---:|---|\n";
  for (const analysis::TestResult& test : input.assessment.fairness.tests) {
    const TestWords words = describe_test(test);
    // What decides nothing and shows nothing would only fill a pull request.
    if (test.family == analysis::TestFamily::exploratory && !test.rejected) continue;
    const std::string_view mark = words.tone == Tone::good ? "" : mark_of(words.tone);
    text += fmt::format(
        "| {} | {} {} | {} | {} | {} | {} |\n", escaped(test.name), mark, words.verdict,
        escaped(effect_text(test)),
        test.computed ? escaped(probability_text(test.p_value)) : std::string(kNoFigure),
        test.computed ? escaped(probability_text(test.adjusted_p)) : std::string(kNoFigure),
        escaped(sentence(test.meaning)));
  }
  return text;
}

std::string fairness_section(const ReportInput& input) {
  const auto& fairness = input.assessment.fairness;
  std::string text = "\n### Fairness\n";
  if (!fairness.cohorts.empty()) {
    text +=
        "\n| cohort | claimed | won | win rate | 99.9 % fair band | |\n"
        "|---|---:|---:|---:|---:|---|\n";
    for (const analysis::GroupRate& group : fairness.cohorts) text += cohort_row(group);
  }
  if (fairness.claimed > 0) {
    text += fmt::format("\n{}\n", escaped(arrival_meaning(fairness)));
    if (const std::string impact = impact_meaning(fairness); !impact.empty()) {
      text += fmt::format("\n{}\n", escaped(impact));
    }
    if (const std::string users = users_meaning(fairness); !users.empty()) {
      text += fmt::format("\n{}\n", escaped(users));
    }
    text += equivalence_table(input) + test_table(input);
  }
  return text + fmt::format("\n{}\n", escaped(round_limits(input)));
}

std::string behaviour_section(const ReportInput& input) {
  const auto& tallies = input.assessment.tallies.personas;
  if (tallies.empty()) return {};
  const std::uint64_t all = users_of(tallies);
  std::string text =
      "\n### Who tried what\n\n| persona | users | share | with coupon | claims | won | lost | "
      "unanswered | never left | refused |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|\n";
  for (const analysis::ClaimTally& tally : tallies) {
    const std::string refusals = refusals_text(tally);
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        escaped(persona_name(input.facts, tally.group)), format_count(tally.users),
        percent_text(part_of(tally.users, all)),
        rate_text(part_of(tally.winners, tally.users), tally.users), format_count(tally.claims),
        format_count(tally.wins), format_count(tally.losses), format_count(tally.unanswered),
        format_count(tally.never_left), refusals.empty() ? std::string(kNoFigure) : refusals);
  }
  return text;
}

std::string checks_section(const ReportInput& input) {
  std::string text = "\n### Checks\n\n| | check | verdict | finding |\n|---|---|---|---|\n";
  for (const analysis::CheckResult& check : input.assessment.invariants) {
    text += fmt::format("| {} | {} {} | {} | {} |\n", mark_of(tone_of(check.verdict)),
                        escaped(check.id), escaped(check.name), name_of(check.verdict),
                        escaped(sentence(check.finding)));
  }
  return text;
}

std::string evidence_section(const ReportInput& input) {
  std::string text;
  for (const analysis::CheckResult* check : open_checks(input.assessment)) {
    if (check->examples.empty()) continue;
    text += fmt::format("\n<details><summary>Evidence for {} {}</summary>\n\n```text\n",
                        escaped(check->id), escaped(check->name));
    for (const analysis::CounterExample& example : check->examples) {
      const std::string subject = example_subject(example, input.facts);
      if (!subject.empty()) text += subject + "\n";
      for (const std::string& event : example.timeline) {
        text += fmt::format("  {}\n", fenced(event));
      }
    }
    text += "```\n\n</details>\n";
  }
  return text;
}

std::string sightings_section(const ReportInput& input) {
  const auto missing = missing_sightings(input.assessment);
  if (missing.empty()) return {};
  std::string text = "\n### Attempted, but never seen\n\n";
  for (const analysis::SightingResult* sighting : missing) {
    text += fmt::format("- ? {}\n", escaped(sighting->name));
  }
  return text;
}

/// Empty for a run that one instrument played.
std::string shards_table(const analysis::RunFacts& facts) {
  std::string rows;
  for (const ShardWords& shard : describe_shards(facts)) {
    rows += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", shard.number,
                        escaped(shard.machine), shard.sent, shard.lag_p50, shard.lag_p99, shard.cpu,
                        shard.clock_error, shard.crossed.empty() ? "none" : escaped(shard.crossed));
  }
  if (rows.empty()) return rows;
  return "\n| shard | machine | clicks sent | lag p50, ms | lag p99, ms | CPU | clock ±, ms | bars "
         "crossed |\n|---:|---|---:|---:|---:|---:|---:|---|\n" +
         rows;
}

/// What is beyond its bar, and how exact the instrument is.
std::string instrument_section(const ReportInput& input) {
  if (input.facts.simulation) return {};
  std::string text = fmt::format("\n### Instrument\n\n{}\n\n{}\n",
                                 escaped(selftest_text(input.facts)), escaped(burst_text(input)));
  std::string rows;
  for (const analysis::InstrumentBar& bar :
       analysis::instrument_bars(input.facts, input.assessment.burst)) {
    if (bar.held) continue;
    rows += fmt::format("| {} | {} | {} | {} | {} |\n", escaped(bar.what), escaped(bar.measured),
                        escaped(bar.limit), subject_text(bar.subject), consequence_text(bar));
  }
  if (!rows.empty()) {
    text +=
        "\n| beyond its bar | measured | bar | whose | so the run is |\n|---|---:|---:|---|---|\n" +
        rows;
  }
  return text + shards_table(input.facts);
}

}  // namespace

Written write_markdown(const ReportInput& input, const std::filesystem::path& directory) {
  const std::string text = verdict_section(input) + figures_section(input) + checks_section(input) +
                           evidence_section(input) + sightings_section(input) +
                           fairness_section(input) + latency_section(input) +
                           behaviour_section(input) + instrument_section(input);
  return write_files({{directory / "report.md", text}});
}

}  // namespace fairrush::reports
