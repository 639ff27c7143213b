#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
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

std::string signed_milliseconds(std::int64_t value_ns) {
  const auto magnitude = static_cast<std::uint64_t>(std::llabs(value_ns));
  return fmt::format("{}{} ms", value_ns < 0 ? "−" : "", milliseconds_text(magnitude));
}

std::vector<Term> instrument_terms(const analysis::InstrumentFacts& facts) {
  return {
      {"Sent late, p50", milliseconds_text(facts.lag_p50_ns) + " ms"},
      {"Sent late, p99", milliseconds_text(facts.lag_p99_ns) + " ms"},
      {"Sent late, most", milliseconds_text(facts.lag_max_ns) + " ms"},
      {"Planned, but never sent", counted(facts.unsent, "attempt")},
      {"Threads", format_count(facts.threads)},
      {"Connections open at once", format_count(facts.connections_max)},
      {"CPU of the instrument", cpu_text(facts.cpu_seconds, facts.wall_seconds)},
      {"CPU of the target", cpu_text(facts.target_cpu_seconds, facts.wall_seconds)},
      {"Memory of the instrument", bytes_text(facts.memory_peak_bytes)},
      {"Memory of the target", bytes_text(facts.target_memory_peak_bytes)},
      {"Time stolen from the machine", percent_text(facts.steal_share)},
      {"Clock step during the run", signed_milliseconds(facts.clock_step_ns)},
      {"Target's clock against ours",
       fmt::format("{} ± {}", signed_milliseconds(facts.clock_offset_ns),
                   signed_milliseconds(facts.clock_error_ns))},
      {"Duration of the run", number_text(facts.wall_seconds, 1) + " s"},
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

std::string allocation_text(analysis::Allocation allocation) {
  switch (allocation) {
    case analysis::Allocation::first_come_first_served:
      return "first come, first served";
    case analysis::Allocation::draw:
      return "a draw";
    case analysis::Allocation::unknown:
      break;
  }
  return "not declared";
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
  std::vector<Term> terms = instrument_terms(input.facts.instrument);
  for (const analysis::PlanFit& fit : input.assessment.plan_fits) add_plan_terms(fit, terms);
  add_terms(page, terms);
  close_section(page);
}

void add_scenario(Markup& page, const ReportInput& input) {
  const auto& facts = input.facts;
  open_section(page, "scenario", "Scenario");
  page.line("p", fmt::format("{} as resolved, with every default filled in.", facts.scenario));
  std::vector<Row> rows;
  for (const auto& [key, value] : facts.options) rows.push_back({{key}, {value}});
  open_fold(page, counted(rows.size(), "option"), Fold::up);
  add_table(page, "Options of the scenario", {{"Option"}, {"Value"}}, rows);
  page.close();
  close_section(page);
}

void add_environment(Markup& page, const ReportInput& input) {
  const auto& facts = input.facts;
  open_section(page, "environment", "Environment");
  std::vector<Term> terms{
      {"Target", facts.target},
      {"Winners are decided by", allocation_text(facts.allocation)},
      {"Event", facts.event},
      {"Seed", fmt::format("{}", facts.seed)},
      {"Ledger", facts.rounds.front().ledger_missing.value_or("kept as ledger.csv")}};
  if (facts.rounds.front().draw_missing)
    terms.push_back({"Draw", *facts.rounds.front().draw_missing});
  if (facts.assumed) terms.push_back({"Taken for granted", *facts.assumed});
  if (facts.instrument_failure) terms.push_back({"Instrument", *facts.instrument_failure});
  terms.insert(terms.end(), {{"Machine", facts.machine},
                             {"Version", facts.version},
                             {"Build", facts.build_type},
                             {"Started", facts.started_at}});
  add_terms(page, terms);
  close_section(page);
}

}  // namespace fairrush::reports
