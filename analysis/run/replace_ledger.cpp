#include "analysis/run/replace_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fairrush::analysis {

std::expected<void, std::string> replace_ledger(RunEvidence& evidence, Ledger ledger) {
  const std::size_t rounds = evidence.rounds.size();
  const auto last = std::ranges::max_element(ledger, {}, &LedgerRow::round);
  if (last != ledger.end() && last->round >= rounds) {
    return std::unexpected(fmt::format("a row of user {} in round {}, but the run has {} rounds",
                                       last->user.value(), last->round, rounds));
  }
  // Without this, what later rounds issued would look doubled in the first and lost in the others.
  if (last != ledger.end() && last->round == 0 && rounds > 1) {
    return std::unexpected(
        fmt::format("all rows are of round 0, but the run has {} rounds: expected a column round "
                    "that counts from 0",
                    rounds));
  }
  for (std::size_t round = 0; round < rounds; ++round) {
    evidence.facts.rounds[round].ledger_missing.reset();
    evidence.rounds[round].ledger = Ledger();
  }
  for (LedgerRow& row : ledger) evidence.rounds[row.round].ledger->push_back(std::move(row));
  return {};
}

}  // namespace fairrush::analysis
