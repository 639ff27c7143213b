#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/invariants/check.hpp"
#include "analysis/invariants/timeline.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {
namespace {

constexpr auto kChecks = std::to_array<Check>({
    // id, name, rule, needs a ledger, relies on absence
    {"I1", "no oversell", "No more coupons are given out than there are.", false, true,
     find_oversell},
    {"I2", "no under-issue", "Nobody is told \"sold out\" while coupons are left.", false, true,
     find_under_issue},
    {"I3", "coupon unique", "Every coupon belongs to one user.", false, false, find_shared_coupons},
    {"I4", "one per user", "Nobody gets two coupons.", false, false, find_users_with_several},
    {"I5", "no lost acknowledgement", "Every coupon that a user was told of stands in the ledger.",
     true, false, find_lost_acknowledgements},
    {"I6", "no phantom", "Whoever stands in the ledger was told of the coupon, or may have been.",
     true, true, find_phantoms},
    {"I7", "eligibility",
     "Only users on the roster win, and none of them is told to be missing from it.", false, true,
     find_ineligible_winners},
    {"I8", "window",
     "Nobody wins outside the window, and nobody inside it is told that it is closed.", false, true,
     find_window_breaches},
    {"I9", "one verdict", "Nobody who was told to have lost wins by trying again.", false, true,
     find_changed_verdicts},
    {"I10", "idempotent retry", "A claim that is sent again gets the same answer.", false, true,
     find_changed_answers},
    {"I11", "read your acknowledgement", "A user who asks after a win is shown that coupon.", false,
     false, find_stale_reads},
    {"I12", "linearizable stock", "Wins and \"sold out\" fit one order in which the stock went.",
     false, true, find_stock_disorder},
    {"I13", "order", "Where the first to come are served, nobody overtakes.", false, true,
     find_overtakes},
    {"I14", "draw conformity", "The published draw, computed again, gives what was issued.", false,
     true, find_draw_deviations},
    {"I15", "redeemed once", "A coupon is spent once, by its owner.", false, true,
     find_repeated_redemptions},
    {"I16", "conservation",
     "Coupons issued, left and given up add up; store, ledger and bus agree.", false, true,
     find_leaks},
    {"I17", "roster and quota",
     "Everybody who reserved is on the roster, and the number of coupons follows from it.", false,
     true, find_roster_deviations},
    {"I19", "termination", "Every attempt comes to an end.", false, true, find_unfinished_attempts},
    {"I20", "instrument", "The load generator was good enough for its figures to be believed.",
     false, false, find_instrument_faults},
});

/// The one check that is about the instrument's own figures, not about the history.
bool reads_history(const Check& check) {
  return check.find != find_instrument_faults;
}

void allow_for_cut(const RunIndex& index, const Check& check, Finding& finding) {
  if (!index.evidence().cut_short || !reads_history(check)) return;
  const bool lost_records_may_change_it =
      finding.verdict == CheckVerdict::pass ||
      (finding.verdict == CheckVerdict::fail && check.relies_on_absence);
  if (!lost_records_may_change_it) return;
  finding.verdict = CheckVerdict::unknown;
  finding.text =
      fmt::format("the history was cut short, so records may be missing; so far: {}", finding.text);
}

Finding find(const RunIndex& index, const Check& check) {
  if (check.needs_ledger && !index.has_ledger()) {
    Finding finding;
    finding.verdict = CheckVerdict::unknown;
    finding.open_attempts = index.totals().open_claims;
    finding.text = fmt::format("there is no ledger to compare with: {}",
                               index.round().ledger_missing.value_or("none was given"));
    return finding;
  }
  Finding finding = check.find(index);
  allow_for_cut(index, check, finding);
  return finding;
}

/// An unknown check without suspects of its own shows the attempts that leave it open.
void show_open_attempts(const RunIndex& index, Finding& finding) {
  if (finding.verdict != CheckVerdict::unknown || finding.open_attempts == 0) return;
  for (Slot slot = 0; slot < index.slots() && finding.suspects.size() < kExamplesMax; ++slot) {
    const UserState& user = index.user(slot);
    const bool reservation_open = user.reservation_open && !user.reserved;
    if (reservation_open || index.unsettled_claims(slot) > 0) finding.show({slot});
  }
}

}  // namespace

std::span<const Check> checks() {
  return kChecks;
}

const Check& check_with(std::string_view id) {
  const auto found = std::ranges::find(kChecks, id, &Check::id);
  FAIRRUSH_ASSERT(found != kChecks.end());
  return *found;
}

std::vector<CheckResult> run_checks(const RunIndex& index) {
  std::vector<Finding> findings;
  findings.reserve(kChecks.size());
  for (const Check& check : kChecks) {
    findings.push_back(find(index, check));
    if (findings.back().suspects.empty()) show_open_attempts(index, findings.back());
  }
  auto examples = write_examples(index, findings);
  std::vector<CheckResult> results;
  results.reserve(kChecks.size());
  for (std::size_t place = 0; place < kChecks.size(); ++place) {
    Finding& finding = findings[place];
    results.push_back({.id = std::string(kChecks[place].id),
                       .name = std::string(kChecks[place].name),
                       .rule = std::string(kChecks[place].rule),
                       .verdict = finding.verdict,
                       .finding = std::move(finding.text),
                       .violations = finding.violations,
                       .open_attempts = finding.open_attempts,
                       .examples = std::move(examples[place])});
  }
  return results;
}

}  // namespace fairrush::analysis
