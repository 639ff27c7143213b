#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
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
  std::optional<std::int64_t> issued_at_ms =
      {};  ///< by the target's clock, Unix time; unset: it does not say
};

/// What the target says it issued, in its own order.
using Ledger = std::vector<LedgerRow>;

/// The user whom a ledger calls by this name; a stranger lies beyond the population.
using UserOf = std::function<UserIndex(std::string_view)>;

/// Reads CSV with a header line (RFC 4180) that names "user" and "coupon" and may name "round" and
/// one of "issued_at_ms" and "issued_at", in any order; other columns are left alone. The user is
/// the population index in decimal unless `user_of` says who it is, a round not said is the first,
/// a time not said is unknown. Errors name line, value and what is expected.
std::expected<Ledger, std::string> parse_ledger_csv(std::string_view text,
                                                    const UserOf& user_of = {});

/// The text that `parse_ledger_csv` reads; without the column "round" when all rows are of the
/// first, without "issued_at_ms" when no row has it.
std::string format_ledger_csv(const Ledger& ledger);

}  // namespace fairrush::analysis
