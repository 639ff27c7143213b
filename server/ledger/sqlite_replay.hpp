#pragma once

#include <expected>
#include <functional>
#include <string>

#include "server/ledger/record.hpp"
#include "server/ledger/sqlite.hpp"

namespace fairrush::server {

/// Takes one record; an error says how it contradicts those before it.
using RecordSink = std::function<std::expected<void, std::string>(const LedgerRecord&)>;

/// Reads the tables back as records: events and their groups of coupons, then
/// reservations, draws, coupons, losses, redemptions and the outbox, each in the order of their
/// numbers. Stops at the first error.
std::expected<void, std::string> read_records(SqliteDatabase& database, const RecordSink& sink);

}  // namespace fairrush::server
