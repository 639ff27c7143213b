#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "analysis/run/ledger.hpp"

namespace fairrush::analysis {

/// Reads one JSON object a line: {"user": 17, "coupon": "…"[, "round": 0][, "issued_at_ms":
/// 1795302000250]}, or with "issued_at" as a ledger in CSV has it; null there is not known, other
/// members are left alone. The user may be a text of digits. Lines end in LF or CRLF, the last may
/// be empty, a byte order mark is skipped. Errors name line, value and what is expected.
std::expected<Ledger, std::string> parse_ledger_ndjson(std::string_view text,
                                                       const UserOf& user_of = {});

}  // namespace fairrush::analysis
