#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace fairrush::analysis {

/// One issued coupon as the target's durable record has it.
struct LedgerRow {
  UserIndex user;
  std::string coupon;
  std::uint32_t round = 0;  ///< 0-based
};

/// What the target says it issued, in its own order.
using Ledger = std::vector<LedgerRow>;

/// Reads "user,coupon[,round]" with a header line (RFC 4180); other columns after the first two are
/// left alone. The user column is the population index in decimal, a round not said is the first.
/// Errors name line, value and what is expected.
std::expected<Ledger, std::string> parse_ledger_csv(std::string_view text);

/// The text that `parse_ledger_csv` reads; without the column "round" when all rows are of the
/// first.
std::string format_ledger_csv(const Ledger& ledger);

}  // namespace fairrush::analysis
