#pragma once

#include <cstdint>
#include <pqxx/pqxx>
#include <span>

#include "server/ledger/record.hpp"
#include "server/postgres/connection.hpp"

namespace fairrush::server {

/// Whose tables these are.
enum class LedgerSharing : std::uint8_t {
  /// One server's, which holds everything in memory: what it decides is written as it is.
  alone,
  /// Of many servers over a store that they share: places in the outbox are given here, and a fact
  /// that is told again is no error as long as it is the same.
  shared,
};

/// The statements below; a session prepares them.
std::span<const PostgresStatement> record_statements();

/// Deletes everything of an event but the event itself.
void delete_event_rows(pqxx::work& transaction, EventId event);

/// Writes a batch within `transaction`: records of a kind together, in few statements, in an order
/// in which each finds what it refers to. Throws what libpqxx throws; a fact that contradicts one
/// told before is a pqxx::usage_error.
void write_records(pqxx::work& transaction, std::span<const LedgerRecord> batch,
                   LedgerSharing sharing);

}  // namespace fairrush::server
