#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/run/ledger.hpp"

namespace fairrush::loadgen {

enum class LedgerKind : std::uint8_t { http, postgresql, sqlite, redis, csv, ndjson };

/// Where a ledger is read, and how.
struct LedgerSource {
  LedgerKind kind = LedgerKind::csv;
  std::string place;         ///< URL, or path without the word before it
  std::string query;         ///< SQL that yields user, coupon[, round]; PostgreSQL and SQLite
  std::string key;           ///< Redis: a key, or a template of keys
  std::string member;        ///< Redis: template of a member or value; empty: the usual one
  std::string admin_token;   ///< HTTP: sent as the bearer; empty: none. Never logged
  analysis::UserOf user_of;  ///< who its users are; empty: population indexes
};

/// Stands for the event's name in a URL, a query (as a bound parameter) and a Redis key.
inline constexpr std::string_view kEventPlaceholder = "{event}";

/// Reads "http://HOST[:PORT][/PATH]", "postgresql://…", "sqlite:PATH", "redis://HOST[:PORT][/DB]",
/// "csv:PATH", "ndjson:PATH", or a path that ends in .csv, .ndjson or .jsonl. The error lists what
/// is accepted. A password is refused: it would stand in every process list and report.
std::expected<LedgerSource, std::string> parse_ledger_source(std::string_view text);

/// What a person says about a ledger, in options or in a scenario.
struct LedgerOrder {
  std::optional<std::string> source;  ///< see `parse_ledger_source`; unset: the target's own export
  std::string query;                  ///< the others as in `LedgerSource`; empty: not given
  std::string key;
  std::string member;
};

/// The source that an order stands for, checked; nothing when none is named. `admin_token` is for
/// an HTTP source.
std::expected<std::optional<LedgerSource>, std::string> ledger_source(
    const LedgerOrder& order, const std::string& admin_token);

/// Whether a source has what its kind needs and nothing that it would not heed.
std::expected<void, std::string> check_ledger_source(const LedgerSource& source);

}  // namespace fairrush::loadgen
