#include <fmt/format.h>

#include <algorithm>

#include "analysis/invariants/check.hpp"

namespace fairrush::analysis {
namespace {

std::string coupons_text(CountRange quota) {
  return quota.low == quota.high
             ? format_count(quota.low)
             : fmt::format("{} to {}", format_count(quota.low), format_count(quota.high));
}

std::uint64_t issued_count(const RunIndex& index) {
  return index.has_ledger() ? index.issued().pairs() : index.told_pairs();
}

/// Users who came after the stock was gone: by issue order with a ledger, else by answer.
void show_latest(const RunIndex& index, std::uint64_t stock, Finding& finding) {
  if (index.has_ledger() && index.issued().pairs() > stock) {
    std::uint64_t issued = 0;
    for (std::size_t row = 0; row < index.ledger().size(); ++row) {
      if (finding.suspects.size() == kExamplesMax) return;
      if (std::ranges::binary_search(index.repeated_rows(), row)) continue;
      if (++issued > stock) finding.show({index.slot_of(index.ledger()[row].user)});
    }
    return;
  }
  std::vector<Slot> winners;
  for (Slot slot = 0; slot < index.slots(); ++slot) {
    if (index.held().holds_any(slot)) winners.push_back(slot);
  }
  std::ranges::sort(winners, std::greater<>(),
                    [&](Slot slot) { return index.claims_of(slot).win_answered_ns; });
  for (std::size_t place = 0; place < winners.size() && place < finding.violations; ++place) {
    finding.show({winners[place]});
  }
}

}  // namespace

Finding find_oversell(const RunIndex& index) {
  const CountRange quota = index.quota();
  const std::uint64_t acknowledged = index.told_pairs();
  const std::uint64_t most =
      index.has_ledger() ? std::max(index.issued().pairs(), acknowledged) : acknowledged;
  const std::uint64_t possible = most + index.totals().open_claims;
  Finding finding;
  finding.text = fmt::format(
      "{} coupons to give, {} acknowledged, {}", coupons_text(quota), format_count(acknowledged),
      index.has_ledger() ? format_count(index.issued().pairs()) + " in the ledger" : "no ledger");
  if (most > quota.high) {
    finding.verdict = CheckVerdict::fail;
    finding.violations = most - quota.high;
    show_latest(index, quota.high, finding);
  } else if (possible > quota.low) {
    finding.verdict = CheckVerdict::unknown;
    finding.open_attempts = index.totals().open_reservation_users + index.totals().open_claims;
  }
  return finding;
}

Finding find_under_issue(const RunIndex& index) {
  Finding finding;
  if (index.totals().sold_out == 0) {
    finding.verdict = CheckVerdict::not_applicable;
    finding.text = "nobody was told that the stock was gone";
    return finding;
  }
  const CountRange quota = index.quota();
  const std::uint64_t issued = issued_count(index);
  const std::uint64_t possible = issued + index.totals().open_claims;
  finding.text =
      fmt::format("\"sold out\" was answered {} times; {} of {} coupons were issued",
                  format_count(index.totals().sold_out), format_count(issued), coupons_text(quota));
  if (issued >= quota.high) return finding;
  if (possible >= quota.low) {
    finding.verdict = CheckVerdict::unknown;
    finding.open_attempts = index.totals().open_reservation_users + index.totals().open_claims;
    return finding;
  }
  finding.verdict = CheckVerdict::fail;
  finding.violations = quota.low - possible;
  for (Slot slot = 0; slot < index.slots() && finding.suspects.size() < kExamplesMax; ++slot) {
    if (index.user(slot).sold_out) finding.show({slot});
  }
  return finding;
}

}  // namespace fairrush::analysis
