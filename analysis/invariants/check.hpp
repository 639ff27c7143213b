#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/figures/burst_spread.hpp"
#include "analysis/figures/plan_fit.hpp"
#include "analysis/invariants/run_index.hpp"
#include "analysis/verdict.hpp"

namespace fairrush::analysis {

/// A moment that matters to a finding, shown in its timelines.
struct Mark {
  std::int64_t time_ns;
  std::string text;
};

/// What one check found, before its evidence is written out.
struct Finding {
  CheckVerdict verdict = CheckVerdict::pass;
  std::string text;  ///< one sentence with the figures
  std::uint64_t violations = 0;
  std::uint64_t open_attempts = 0;
  /// Users whose attempts show it, together; at most kExamplesMax groups.
  std::vector<std::vector<Slot>> suspects;
  std::vector<Mark> marks;

  /// Counts a violation and keeps the first ones as evidence.
  void accuse(std::initializer_list<Slot> together) { accuse(std::vector<Slot>(together)); }
  void accuse(std::vector<Slot> together) {
    ++violations;
    show(std::move(together));
  }
  /// Keeps evidence without counting it.
  void show(std::vector<Slot> together) {
    if (suspects.size() < kExamplesMax) suspects.push_back(std::move(together));
  }
};

/// One row of the table of checks.
struct Check {
  std::string_view id;
  std::string_view name;
  std::string_view rule;   ///< what must hold, one sentence for those who know the service only
  bool needs_ledger;       ///< without a ledger it is unknown
  bool relies_on_absence;  ///< a failure may rest on records that a cut history lost
  Finding (*find)(const RunIndex& index);
};

/// Every check, in the order of ids. To add one: write its function, add its row.
std::span<const Check> checks();

/// The one with that id; it must exist.
const Check& check_with(std::string_view id);

/// Runs all of them. A history that was cut short turns a pass into unknown, and a failure that
/// relies on absence too.
std::vector<CheckResult> run_checks(const RunIndex& index);

// Stock: stock.cpp. The quota rests on the reservations that the history kept.
Finding find_oversell(const RunIndex& index);
Finding find_under_issue(const RunIndex& index);
// Who holds what: ownership.cpp. A row that the ledger repeats is for the check of coupons alone
// (find_shared_coupons); all others take the ledger as a set of users with their coupons.
Finding find_shared_coupons(const RunIndex& index);
Finding find_users_with_several(const RunIndex& index);
Finding find_ineligible_winners(const RunIndex& index);
Finding find_lost_acknowledgements(const RunIndex& index);
Finding find_phantoms(const RunIndex& index);
// What several attempts of one user were answered: retries.cpp
Finding find_changed_verdicts(const RunIndex& index);
Finding find_changed_answers(const RunIndex& index);
// Status reads: status_reads.cpp. A read that was refused is no read.
Finding find_stale_reads(const RunIndex& index);
// The order in which the stock went: order.cpp. Who lost and holds a coupon was told something else
// than that the stock was gone: the checks above judge that.
Finding find_stock_disorder(const RunIndex& index);
Finding find_overtakes(const RunIndex& index);
// Redemptions: redemption.cpp. One told twice under one idempotency key is one.
Finding find_repeated_redemptions(const RunIndex& index);
// What the target's store, ledger and bus say of each other: conservation.cpp
Finding find_leaks(const RunIndex& index);
// Time: windows.cpp. A late win is one told again if the history kept the earlier telling.
Finding find_window_breaches(const RunIndex& index);
// The published draw: draw_conformity.cpp. Fails when the draw does not compute again, when a
// coupon went to anybody else than a drawn claimant, when a drawn user was told to have lost or,
// holding no coupon, was refused inside the window (for load or time excepted), and when a user on
// the roster was told not to have reserved. A drawn user whose claims in the window all went
// unanswered and who has no row in the ledger had none that took effect, which breaks no rule: with
// a ledger such users only appear in the finding, without one the check is unknown. It is unknown,
// too, when they are so many, or so many more than of those who were not drawn, that the target may
// be silent because they were drawn.
Finding find_draw_deviations(const RunIndex& index);
// Roster and quota: roster.cpp
Finding find_roster_deviations(const RunIndex& index);
// Every attempt ends: termination.cpp
Finding find_unfinished_attempts(const RunIndex& index);
// The instrument itself: validity.cpp
Finding find_instrument_faults(const RunIndex& index);
/// The same of a whole run: of each phase of the clicks, and of the burst, the worst round's.
Finding judge_instrument(const RunFacts& facts, const std::vector<PlanFit>& fits,
                         const std::optional<BurstSpread>& burst);

}  // namespace fairrush::analysis
