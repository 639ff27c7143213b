#pragma once

#include <string>

#include "server/ledger/postgres/record_batch.hpp"

namespace fairrush::server {

/// Who writes to a ledger.
struct LedgerWriter {
  std::string id;           ///< one process's, never used again
  std::string application;  ///< what the database shows of its sessions
  LedgerSharing sharing = LedgerSharing::alone;

  /// This process as a writer.
  static LedgerWriter of_this_process(LedgerSharing sharing);
};

/// A session that writes a ledger, opened anew after each loss of the connection: the database is
/// taken for this writer, or shared with others who share, for as long as the session lasts.
struct LedgerSession {
  /// Errors of kind `refused` say who has the database, or what is wrong with it.
  static PostgresResult<PostgresConnection> open(const PostgresAddress& address,
                                                 const LedgerWriter& writer,
                                                 PostgresInterrupt& interrupt);

  /// Makes the writer known; once, behind the first `open`.
  static PostgresResult<void> enlist(PostgresConnection& connection, const LedgerWriter& writer);

  /// The number of the writer's last batch that took effect: waits for one that is being committed
  /// still. `refused` when the database does not know the writer: it has come back with less than
  /// it had.
  static PostgresResult<std::int64_t> last_batch(PostgresConnection& connection,
                                                 const LedgerWriter& writer);
};

}  // namespace fairrush::server
