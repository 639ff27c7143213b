#include "server/ledger/postgres/postgres_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "server/ledger/postgres/postgres_replay.hpp"
#include "server/log.hpp"
#include "server/postgres/migrations.hpp"

namespace fairrush::server {
namespace {

using Kind = PostgresError::Kind;
using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{20};
constexpr milliseconds kLongestWait{500};

constexpr PostgresStatement kNumberBatch{
    "number_batch", "UPDATE ledger_writers SET batch = $2, written_at = now() WHERE id = $1"};

}  // namespace

std::expected<std::unique_ptr<PostgresLedger>, std::string> PostgresLedger::open(
    const PostgresAddress& address, LedgerSharing sharing) {
  std::unique_ptr<PostgresLedger> ledger(new PostgresLedger(address, sharing));
  if (const auto started = ledger->start(); !started) {
    return std::unexpected(ledger->named(started.error().what));
  }
  return ledger;
}

PostgresResult<void> PostgresLedger::start() {
  if (auto connected = reconnect(); !connected) return connected;
  if (auto migrated = migrate(*connection_); !migrated) return migrated;
  return LedgerSession::enlist(*connection_, writer_);
}

PostgresResult<void> PostgresLedger::reconnect() {
  connection_.reset();
  auto connection = LedgerSession::open(address_, writer_, interrupt_);
  if (!connection) return std::unexpected(connection.error());
  connection_.emplace(std::move(*connection));
  return connection_->prepare({&kNumberBatch, 1});
}

std::expected<void, std::string> PostgresLedger::replay(const RecordSink& sink) {
  const auto read = connection_->transact(
      [&sink](pqxx::work& transaction) { return read_postgres_records(transaction, sink); });
  if (!read) return std::unexpected(named(read.error().what));
  if (!*read) return std::unexpected(named(read->error()));
  return {};
}

IssuedRows PostgresLedger::issues(EventId event) {
  for (const bool again : {true, false}) {
    if (!connection_) {
      if (auto back = reconnect(); !back) return std::unexpected(named(back.error().what));
    }
    auto rows = connection_->transact(
        [event](pqxx::work& transaction) { return read_postgres_issues(transaction, event); });
    if (rows && *rows) return std::move(*rows);
    if (rows) return std::unexpected(named(rows->error()));
    if (rows.error().kind == Kind::away) connection_.reset();
    if (!again || connection_) return std::unexpected(named(rows.error().what));
  }
  return {};
}

CommitResult PostgresLedger::commit(std::span<const LedgerRecord> batch) {
  ++batch_;
  for (unsigned attempt = 0;; ++attempt) {
    const auto written = write_once(batch);
    if (written) {
      if (attempt > 0 && report_) report_(std::nullopt);
      return {};
    }
    const std::string what = named(written.error().what);
    if (written.error().kind != Kind::away) return std::unexpected(what);
    connection_.reset();
    if (attempt == 0) log_warning("the ledger is away", {{"what", what}});
    if (report_) report_(what);
    if (!wait_a_moment(attempt)) return std::unexpected(what);
  }
}

PostgresResult<void> PostgresLedger::write_once(std::span<const LedgerRecord> batch) {
  if (!connection_) {
    if (auto back = reconnect(); !back) return back;
  }
  if (in_doubt_) {
    const auto done = took_effect();
    if (!done) return std::unexpected(done.error());
    in_doubt_ = false;
    if (*done) return {};
  }
  auto written = connection_->transact([this, batch](pqxx::work& transaction) {
    transaction.exec_prepared0(kNumberBatch.name, writer_.id, batch_);
    write_records(transaction, batch, writer_.sharing);
  });
  in_doubt_ = !written && written.error().kind == Kind::away;
  return written;
}

PostgresResult<bool> PostgresLedger::took_effect() {
  const auto last = LedgerSession::last_batch(*connection_, writer_);
  if (!last) return std::unexpected(last.error());
  if (*last != batch_ && *last != batch_ - 1) {
    return std::unexpected(PostgresError{
        Kind::refused,
        fmt::format("has come back with batch {}, after {} were acknowledged", *last, batch_ - 1)});
  }
  return *last == batch_;
}

bool PostgresLedger::wait_a_moment(unsigned attempt) {
  const milliseconds pause = std::min(kFirstWait * (1U << std::min(attempt, 8U)), kLongestWait);
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, pause, [this] { return interrupt_.fired(); });
}

void PostgresLedger::give_up() {
  interrupt_.fire();
  const std::lock_guard lock(mutex_);
  stopped_.notify_all();
}

std::string PostgresLedger::named(const std::string& what) const {
  return fmt::format("ledger '{}': {}", address_.shown, what);
}

}  // namespace fairrush::server
