#include <fmt/format.h>

#include "base/units.hpp"
#include "reports/html/parts.hpp"
#include "reports/html/sections.hpp"
#include "reports/text/figures.hpp"
#include "reports/text/tally_words.hpp"

namespace fairrush::reports {
namespace {

using GroupName = std::string (*)(const analysis::RunFacts&, std::uint16_t);

Row tally_row(const analysis::ClaimTally& tally, std::string name, std::uint64_t all) {
  return {{std::move(name)},
          {format_count(tally.users)},
          {percent_text(part_of(tally.users, all))},
          {rate_text(part_of(tally.winners, tally.users), tally.users)},
          {format_count(tally.claims)},
          {format_count(tally.wins)},
          {format_count(tally.losses)},
          {format_count(refused_claims(tally))},
          {format_count(tally.unanswered)},
          {format_count(tally.never_left)}};
}

void add_refusals(Markup& page, const ReportInput& input, std::string_view group,
                  const std::vector<analysis::ClaimTally>& tallies, GroupName name) {
  std::vector<Row> rows;
  for (const analysis::ClaimTally& tally : tallies) {
    for (const auto& [reason, count] : tally.refusals) {
      rows.push_back({{name(input.facts, tally.group)},
                      {std::string(name_of(reason))},
                      {format_count(count)}});
    }
  }
  if (rows.empty()) return;
  const std::string title = capitalized(group);
  add_table(page, fmt::format("Refused claims by {} and reason", group),
            {{title}, {"Refused as"}, {"Claims", ColumnKind::number}}, rows);
}

void add_tallies(Markup& page, const ReportInput& input, std::string_view group,
                 const std::vector<analysis::ClaimTally>& tallies, GroupName name) {
  const std::uint64_t all = users_of(tallies);
  std::vector<Row> rows;
  for (const analysis::ClaimTally& tally : tallies) {
    rows.push_back(tally_row(tally, name(input.facts, tally.group), all));
  }
  const std::string title = capitalized(group);
  add_table(page, fmt::format("Claims by {}", group),
            {{title},
             {"Users", ColumnKind::number},
             {"Share", ColumnKind::number},
             {"With coupon", ColumnKind::number},
             {"Claims", ColumnKind::number},
             {"Won", ColumnKind::number},
             {"Lost", ColumnKind::number},
             {"Refused", ColumnKind::number},
             {"Unanswered", ColumnKind::number},
             {"Never left", ColumnKind::number}},
            rows);
  add_refusals(page, input, group, tallies, name);
}

}  // namespace

void add_behaviour(Markup& page, const ReportInput& input) {
  const analysis::ClaimTallies& tallies = input.assessment.tallies;
  open_section(page, "behaviour", "Who tried what");
  page.line("p",
            "Every attempt to claim counts, repeated ones too: a claim that is won and sent again "
            "is won twice and brings one coupon.");
  if (input.facts.rounds.size() > 1) {
    page.line("p", "Users count once for each round in which they were seen.");
  }
  if (tallies.personas.empty()) {
    page.line("p", "No attempt was kept.");
  } else {
    add_tallies(page, input, "persona", tallies.personas, &persona_name);
    open_fold(page, "The same by cohort", Fold::up);
    add_tallies(page, input, "cohort", tallies.cohorts, &cohort_name);
    page.close();
  }
  close_section(page);
}

}  // namespace fairrush::reports
