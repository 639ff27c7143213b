#pragma once

#include <expected>
#include <string>

#include "server/ledger/ledger.hpp"
#include "server/ledger/sqlite.hpp"

namespace fairrush::server {

/// Reads the tables back as records, in the order that Ledger::replay says.
std::expected<void, std::string> read_records(SqliteDatabase& database, const RecordSink& sink);

}  // namespace fairrush::server
