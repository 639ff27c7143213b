#include <fmt/format.h>

#include <array>
#include <utility>

#include "analysis/invariants/check.hpp"
#include "analysis/invariants/timeline.hpp"

namespace fairrush::analysis {
namespace {

constexpr auto kChecks = std::to_array<Check>({
    // id, name, needs a ledger, relies on absence
    {"I1", "no oversell", false, true, find_oversell},
    {"I2", "no under-issue", false, true, find_under_issue},
    {"I3", "coupon unique", false, false, find_shared_coupons},
    {"I4", "one per user", false, false, find_users_with_several},
    {"I5", "no lost acknowledgement", true, false, find_lost_acknowledgements},
    {"I6", "no phantom", true, true, find_phantoms},
    {"I7", "eligibility", false, true, find_ineligible_winners},
    {"I8", "window", false, true, find_window_breaches},
    {"I9", "one verdict", false, true, find_changed_verdicts},
    {"I10", "idempotent retry", false, true, find_changed_answers},
    {"I11", "read your acknowledgement", false, false, find_stale_reads},
    {"I12", "linearizable stock", false, true, find_stock_disorder},
    {"I13", "order", false, true, find_overtakes},
    {"I14", "draw conformity", false, true, find_draw_deviations},
    {"I15", "redeemed once", false, true, find_repeated_redemptions},
    {"I16", "conservation", false, true, find_leaks},
    {"I17", "roster and quota", false, true, find_roster_deviations},
    {"I19", "termination", false, true, find_unfinished_attempts},
    {"I20", "instrument", false, false, find_instrument_faults},
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
                       .verdict = finding.verdict,
                       .finding = std::move(finding.text),
                       .violations = finding.violations,
                       .open_attempts = finding.open_attempts,
                       .examples = std::move(examples[place])});
  }
  return results;
}

}  // namespace fairrush::analysis
