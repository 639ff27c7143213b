#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>

#include "server/ledger/ledger.hpp"
#include "server/ledger/sqlite_records.hpp"
#include "server/ledger/sqlite_replay.hpp"

namespace fairrush::server {

/// Whether the tables refuse what no sound server would write.
enum class Promises : std::uint8_t {
  kept,
  waived,  ///< for servers that are wrong on purpose: only with a new file, which no other may open
};

/// The durable record in one SQLite file: write-ahead log, synchronous=FULL, locked against every
/// other process while it is open. Blocking calls, one thread at a time.
class SqliteLedger final : public Ledger {
 public:
  /// Opens or creates the file at `path` (":memory:" keeps nothing). Waits for at most `wait` until
  /// another server lets go of it. Errors name the path and say
  /// what is wrong: cannot be opened, in use by another server, another program's database, written
  /// by a newer version.
  static std::expected<SqliteLedger, std::string> open(const std::string& path,
                                                       Promises promises = Promises::kept,
                                                       Duration wait = {});

  std::string name() const override { return "sqlite:" + parts_.path; }
  std::expected<void, std::string> replay(const RecordSink& sink) override;
  IssuedRows issues(EventId event) override;
  CommitResult commit(std::span<const LedgerRecord> batch) override;

 private:
  struct Parts {
    std::string path;
    SqliteDatabase database;
    SqliteStatement begin;
    SqliteStatement commit;
    SqliteStatement rollback;
    SqliteStatement select_issues;
    RecordWriter writer;
  };
  explicit SqliteLedger(Parts parts) : parts_(std::move(parts)) {}

  std::string named(const std::string& what) const;

  Parts parts_;
};

}  // namespace fairrush::server
