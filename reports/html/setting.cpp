#include <fmt/format.h>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {
namespace {

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
  if (facts.roster) {
    terms.push_back({"Roster", fmt::format("{}; SHA-256 of its file {}", describe(*facts.roster),
                                           to_hex(facts.roster->sha256))});
  }
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
