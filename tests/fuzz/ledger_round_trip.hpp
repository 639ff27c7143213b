#pragma once

#include <cstddef>

#include "analysis/run/ledger.hpp"
#include "base/assert.hpp"

namespace fairrush::analysis {

/// What is written as CSV is read back the same.
inline void assert_round_trip(const Ledger& ledger) {
  const auto again = parse_ledger_csv(format_ledger_csv(ledger));
  FAIRRUSH_ASSERT(again.has_value());
  FAIRRUSH_ASSERT(again->size() == ledger.size());
  for (std::size_t row = 0; row < ledger.size(); ++row) {
    FAIRRUSH_ASSERT(again->at(row).user == ledger[row].user);
    FAIRRUSH_ASSERT(again->at(row).coupon == ledger[row].coupon);
    FAIRRUSH_ASSERT(again->at(row).round == ledger[row].round);
  }
}

}  // namespace fairrush::analysis
