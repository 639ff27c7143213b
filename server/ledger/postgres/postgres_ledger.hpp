#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/ledger/ledger.hpp"
#include "server/ledger/postgres/ledger_session.hpp"

namespace fairrush::server {

/// The durable record in a PostgreSQL database. While the database is away `commit` goes on trying,
/// and nothing is written twice: every batch carries its number, and behind an interrupted commit
/// that number says whether it took effect. What the tables refuse is final.
class PostgresLedger final : public Ledger {
 public:
  /// Connects, takes the database (see LedgerSharing), brings its schema to the version of today
  /// and checks it. Errors name the database and say what is wrong: not reachable, in use by
  /// another server, another program's, changed behind our back.
  static std::expected<std::unique_ptr<PostgresLedger>, std::string> open(
      const PostgresAddress& address, LedgerSharing sharing);

  std::string name() const override { return address_.shown; }
  std::expected<void, std::string> replay(const RecordSink& sink) override;
  IssuedRows issues(EventId event) override;
  CommitResult commit(std::span<const LedgerRecord> batch) override;
  void report_trouble_to(TroubleReport report) override { report_ = std::move(report); }
  void give_up() override;

 private:
  PostgresLedger(PostgresAddress address, LedgerSharing sharing)
      : address_(std::move(address)), writer_(LedgerWriter::of_this_process(sharing)) {}

  PostgresResult<void> start();
  PostgresResult<void> write_once(std::span<const LedgerRecord> batch);
  PostgresResult<void> reconnect();
  /// Whether the batch under way has taken effect, behind a lost connection.
  PostgresResult<bool> took_effect();
  /// False when there is no point in waiting any longer.
  bool wait_a_moment(unsigned attempt);
  std::string named(const std::string& what) const;

  PostgresAddress address_;
  LedgerWriter writer_;
  TroubleReport report_;
  PostgresInterrupt interrupt_;
  std::optional<PostgresConnection> connection_;  ///< while it is not known to be lost
  std::int64_t batch_ = 0;                        ///< number of the latest batch
  bool in_doubt_ = false;                         ///< whether that batch took effect
  std::mutex mutex_;
  std::condition_variable stopped_;
};

}  // namespace fairrush::server
