#include <fmt/format.h>

#include <cmath>

#include "analysis/figures/instrument_bars.hpp"
#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/instrument_words.hpp"
#include "reports/text/shard_words.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

std::string bytes_text(std::uint64_t bytes) {
  return bytes == 0 ? std::string(kNoFigure) : format_byte_count(ByteCount{bytes});
}

std::string cpu_text(double cpu_seconds, double wall_seconds) {
  if (!(cpu_seconds > 0) || !(wall_seconds > 0)) return std::string(kNoFigure);
  return fmt::format("{} s, {} of a core", number_text(cpu_seconds, 2),
                     percent_text(cpu_seconds / wall_seconds));
}

std::string given_text(const std::string& text) {
  return text.empty() ? std::string(kNoFigure) : text;
}

/// How the clicks spread over lateness: "up to 1ms: 93.10 %".
void add_lag_steps(Markup& page, const analysis::InstrumentFacts& facts) {
  if (facts.lag_steps.empty()) return;
  std::uint64_t clicks = 0;
  for (const analysis::LagStep& step : facts.lag_steps) clicks += step.clicks;
  std::vector<Row> rows;
  for (const analysis::LagStep& step : facts.lag_steps) {
    const double share = static_cast<double>(step.clicks) / static_cast<double>(clicks);
    rows.push_back(
        {{milliseconds_text(step.up_to_ns)}, {format_count(step.clicks)}, {percent_text(share)}});
  }
  open_fold(page, "How late clicks left, by the instrument's own doing", Fold::up);
  add_table(page, "Lag of clicks",
            {{"Up to, ms", ColumnKind::number},
             {"Clicks", ColumnKind::number},
             {"Share", ColumnKind::number}},
            rows);
  page.close();
}

void add_bars(Markup& page, const ReportInput& input) {
  std::vector<Row> rows;
  for (const analysis::InstrumentBar& bar :
       analysis::instrument_bars(input.facts, input.assessment.burst)) {
    const Tone beyond = bar.gates ? Tone::bad : Tone::open;
    rows.push_back({{bar.what, Tone::neutral, bar.held ? std::string() : sentence(bar.broken)},
                    {bar.measured.empty() ? std::string(kNoFigure) : bar.measured,
                     bar.held ? Tone::neutral : beyond},
                    {bar.limit.empty() ? std::string(kNoFigure) : bar.limit},
                    {std::string(subject_text(bar.subject))},
                    {std::string(consequence_text(bar))}});
  }
  add_table(page, "What the instrument knows about itself",
            {{"Figure"},
             {"Measured", ColumnKind::number},
             {"Bar", ColumnKind::number},
             {"Whose"},
             {"Beyond it the run is"}},
            rows);
}

void add_shards(Markup& page, const analysis::RunFacts& facts) {
  std::vector<Row> rows;
  for (const ShardWords& shard : describe_shards(facts)) {
    const Tone tone = shard.crossed.empty() ? Tone::neutral : shard.gates ? Tone::bad : Tone::open;
    rows.push_back({{shard.number, Tone::neutral, shard.machine},
                    {shard.sent},
                    {shard.lag_p50},
                    {shard.lag_p99},
                    {shard.cpu},
                    {shard.clock_error},
                    {shard.crossed.empty() ? "none" : shard.crossed, tone}});
  }
  if (rows.empty()) return;
  add_table(page, "The shards that played the run",
            {{"Shard, its machine"},
             {"Clicks sent", ColumnKind::number},
             {"Lag p50, ms", ColumnKind::number},
             {"p99, ms", ColumnKind::number},
             {"CPU", ColumnKind::number},
             {"Clock ±, ms", ColumnKind::number},
             {"Bars crossed"}},
            rows);
}

std::vector<Term> instrument_terms(const ReportInput& input) {
  const analysis::InstrumentFacts& facts = input.facts.instrument;
  return {
      {"Requests went over", given_text(facts.wiring.transport)},
      {"Pacing of clicks", given_text(facts.wiring.pacing)},
      {"Threads", format_count(facts.threads)},
      {"Connections open at once", format_count(facts.connections_max)},
      {"CPU of the instrument", cpu_text(facts.cpu_seconds, facts.wall_seconds)},
      {"CPU of the target", cpu_text(facts.target_cpu_seconds, facts.wall_seconds)},
      {"Memory of the instrument", bytes_text(facts.memory_peak_bytes)},
      {"Memory of the target", bytes_text(facts.target_memory_peak_bytes)},
      {"Target's clock against ours",
       fmt::format("{} ± {}", signed_milliseconds(facts.clock_offset_ns),
                   signed_milliseconds(facts.clock_error_ns))},
      {"Time in which clicks were played", number_text(facts.wall_seconds, 1) + " s"},
      {"Contention", contention_text(input.assessment)},
  };
}

/// The worst of all rounds.
void add_plan_terms(const analysis::PlanFit& fit, std::vector<Term>& terms) {
  using analysis::PlanFit;
  const std::string phase = fit.op == analysis::Op::reserve ? "Reservations" : "Claims";
  const auto shift_ns = static_cast<std::uint64_t>(std::llabs(fit.shift_max_ns));
  const auto in_time_ns = static_cast<std::uint64_t>(PlanFit::kOffPlanTimeNs);
  terms.push_back(
      {phase + " sent, against those planned",
       fmt::format("{} of users off, at most {} ms {}", percent_text(fit.off_plan),
                   milliseconds_text(shift_ns), fit.shift_max_ns < 0 ? "early" : "late")});
  terms.push_back({fmt::format("{} more than {} ms off", phase, milliseconds_text(in_time_ns)),
                   fmt::format("{} of users (at most {})", percent_text(fit.off_plan_in_time),
                               percent_text(PlanFit::kOffPlanMax))});
  terms.push_back({phase + " planned, against their shape",
                   fmt::format("{} of users off (by chance at most {})",
                               percent_text(fit.off_shape), percent_text(fit.off_shape_max))});
}

}  // namespace

void add_instrument(Markup& page, const ReportInput& input) {
  open_section(page, "instrument", "Instrument");
  if (const auto* check = check_of(input.assessment, analysis::kInstrumentCheck)) {
    const Tone tone = tone_of(check->verdict);
    page.open("p", {{"class", "lead"}})
        .leaf("b", {{"class", std::string(tone_class(tone))}},
              fmt::format("{} {}", mark_of(tone), name_of(check->verdict)))
        .text(": " + sentence(check->finding))
        .close();
  }
  if (!input.facts.simulation) {
    page.line("p", selftest_text(input.facts));
    page.line("p", burst_text(input));
    add_bars(page, input);
    add_shards(page, input.facts);
    add_lag_steps(page, input.facts.instrument);
  }
  std::vector<Term> terms = instrument_terms(input);
  for (const analysis::PlanFit& fit : input.assessment.plan_fits) add_plan_terms(fit, terms);
  add_terms(page, terms);
  close_section(page);
}

}  // namespace fairrush::reports
