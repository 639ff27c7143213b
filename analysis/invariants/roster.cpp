#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

/// N or C as one source announced it.
struct Announced {
  std::string_view source;
  std::optional<std::uint64_t> roster;
  std::optional<std::uint64_t> coupons;
};

std::vector<Announced> announcements(const RunIndex& index) {
  std::vector<Announced> all;
  all.push_back({"the event", index.round().announced_roster, index.round().announced_coupons});
  if (const PublishedDraw* const draw = index.draw()) {
    all.push_back({"the draw", draw->roster_size, draw->quota});
  }
  return all;
}

/// Whether C follows from N by the rule. Who draws winners may cut more coupons than tickets to
/// these; a list of coupons has no reason to.
bool follows(const RunFacts& facts, std::uint64_t coupons, std::uint64_t roster) {
  const std::uint64_t ruled = facts.quota.coupons(roster);
  if (coupons == ruled) return true;
  return facts.allocation != Allocation::first_come_first_served &&
         coupons == std::min(ruled, roster);
}

}  // namespace

Finding find_roster_deviations(const RunIndex& index) {
  const AttemptTotals& totals = index.totals();
  const std::uint64_t roster_low = totals.reserved_users;
  const std::uint64_t roster_high = roster_low + totals.open_reservation_users;
  Finding finding;
  if (!takes_reservations(index.round())) {
    finding.verdict = CheckVerdict::not_applicable;
    const auto& listed = index.facts().roster;
    finding.text =
        fmt::format("the event takes no reservations: the roster is {}",
                    listed ? describe(*listed)
                           : fmt::format("all {} users", format_count(index.facts().users)));
    return finding;
  }
  bool any_announced = false;
  std::vector<std::string> problems;
  for (const Announced& announced : announcements(index)) {
    any_announced = any_announced || announced.roster || announced.coupons;
    if (announced.roster && (*announced.roster < roster_low || *announced.roster > roster_high)) {
      problems.push_back(fmt::format("{} announced a roster of {}", announced.source,
                                     format_count(*announced.roster)));
    }
    if (!announced.coupons) continue;
    const std::uint64_t low = announced.roster.value_or(roster_low);
    const std::uint64_t high = announced.roster.value_or(roster_high);
    // The rule never falls with the roster, so what its ends allow bounds everything between.
    const bool possible = follows(index.facts(), *announced.coupons, low) ||
                          follows(index.facts(), *announced.coupons, high) ||
                          (*announced.coupons > index.facts().quota.coupons(low) &&
                           *announced.coupons < index.facts().quota.coupons(high));
    if (!possible) {
      problems.push_back(fmt::format("{} announced {} coupons, the rule gives {}", announced.source,
                                     format_count(*announced.coupons),
                                     format_count(index.facts().quota.coupons(low))));
    }
  }
  if (!any_announced) {
    const bool should_announce = index.facts().allocation != Allocation::unknown;
    finding.verdict = should_announce ? CheckVerdict::unknown : CheckVerdict::not_applicable;
    finding.text = should_announce ? "the event's roster and coupons were not read after the run"
                                   : "the target announces neither its roster nor its coupons";
    return finding;
  }
  finding.text = fmt::format("{} reservations were acknowledged, {} more may have been",
                             format_count(roster_low), format_count(totals.open_reservation_users));
  finding.violations = problems.size();
  if (!problems.empty()) {
    finding.verdict = CheckVerdict::fail;
    finding.text += fmt::format("; {}", fmt::join(problems, "; "));
  }
  return finding;
}

}  // namespace fairrush::analysis
