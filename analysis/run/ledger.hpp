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
};

/// What the target says it issued, in its own order.
using Ledger = std::vector<LedgerRow>;

/// Reads "user,coupon[,…]" with a header line (RFC 4180). The user column is the population index
/// in decimal. Errors name line, value and what is expected.
std::expected<Ledger, std::string> parse_ledger_csv(std::string_view text);

/// The text that `parse_ledger_csv` reads.
std::string format_ledger_csv(const Ledger& ledger);

}  // namespace fairrush::analysis
