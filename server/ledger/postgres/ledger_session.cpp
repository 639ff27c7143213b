#include "server/ledger/postgres/ledger_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "base/draw/digest.hpp"

namespace fairrush::server {
namespace {

using Kind = PostgresError::Kind;

// Two numbers name an advisory lock: ours ("FRSH") and which.
constexpr const char* kTakeAlone = "SELECT pg_advisory_lock(1179800392, 1)";
constexpr const char* kTakeShared = "SELECT pg_advisory_lock_shared(1179800392, 1)";

/// A server that has just been killed holds the database until the end of its last statement.
constexpr const char* kBePatient = "SET lock_timeout = '2s'";
constexpr const char* kBeAsBefore = "RESET lock_timeout";
constexpr const char* kWasNotFree = "55P03";

/// Our own session of before the connection was lost may go on in the database, which has not
/// noticed.
constexpr const char* kEndOwn =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = $1 AND pid <> pg_backend_pid()";
constexpr const char* kHolders =
    "SELECT a.pid, a.application_name, coalesce(host(a.client_addr), 'a local socket')"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1179800392 AND l.objid = 1"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND a.pid <> pg_backend_pid() ORDER BY a.backend_start LIMIT 1";

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

PostgresError held_by_another(pqxx::nontransaction& statements) {
  const pqxx::result holders = statements.exec(kHolders);
  if (holders.empty()) return {Kind::away, "was in use a moment ago"};
  const pqxx::row holder = holders.front();
  return {Kind::refused, fmt::format("is in use by another server: {} at {} (backend {})",
                                     holder[1].c_str(), holder[2].c_str(), holder[0].c_str())};
}

/// False when somebody else has it.
bool lock(pqxx::nontransaction& statements, LedgerSharing sharing) {
  try {
    statements.exec1(sharing == LedgerSharing::alone ? kTakeAlone : kTakeShared);
    return true;
  } catch (const pqxx::sql_error& error) {
    if (error.sqlstate() != kWasNotFree) throw;
    return false;
  }
}

PostgresResult<void> take(PostgresConnection& connection, const LedgerWriter& writer) {
  auto failure = connection.perform([&writer](pqxx::nontransaction& statements) {
    statements.exec_params(kEndOwn, writer.application);
    statements.exec0(kBePatient);
    const bool taken = lock(statements, writer.sharing);
    statements.exec0(kBeAsBefore);
    return taken ? std::optional<PostgresError>() : held_by_another(statements);
  });
  if (!failure) return std::unexpected(failure.error());
  if (*failure) return std::unexpected(**failure);
  return {};
}

}  // namespace

LedgerWriter LedgerWriter::of_this_process(LedgerSharing sharing) {
  const std::string id = to_hex(secret_bytes(8));
  const std::string who = fmt::format("fairrush-server {}/{}", host_name().substr(0, 24), getpid());
  return {.id = id, .application = fmt::format("{}/{}", who, id.substr(0, 6)), .sharing = sharing};
}

PostgresResult<PostgresConnection> LedgerSession::open(const PostgresAddress& address,
                                                       const LedgerWriter& writer,
                                                       PostgresInterrupt& interrupt) {
  auto connection = PostgresConnection::open(address, writer.application, interrupt);
  if (!connection) return connection;
  if (auto taken = take(*connection, writer); !taken) return std::unexpected(taken.error());
  if (auto known = connection->prepare(record_statements()); !known) {
    return std::unexpected(known.error());
  }
  return connection;
}

PostgresResult<void> LedgerSession::enlist(PostgresConnection& connection,
                                           const LedgerWriter& writer) {
  return connection.transact([&writer](pqxx::work& transaction) {
    transaction.exec0("DELETE FROM ledger_writers WHERE written_at < now() - interval '30 days'");
    transaction.exec_params0("INSERT INTO ledger_writers (id, batch) VALUES ($1, 0)", writer.id);
    // Where servers that share give out places, they begin behind those of one that was alone.
    transaction.exec0(
        "UPDATE outbox_cursor"
        " SET last = greatest(last, published, (SELECT max(position) FROM outbox))");
  });
}

PostgresResult<std::int64_t> LedgerSession::last_batch(PostgresConnection& connection,
                                                       const LedgerWriter& writer) {
  auto batch = connection.transact([&writer](pqxx::work& transaction) {
    const pqxx::result rows = transaction.exec_params(
        "SELECT batch FROM ledger_writers WHERE id = $1 FOR UPDATE", writer.id);
    return rows.empty() ? std::int64_t{-1} : rows.front()[0].as<std::int64_t>();
  });
  if (batch && *batch < 0) {
    return std::unexpected(
        PostgresError{Kind::refused, "has come back without what this server had written"});
  }
  return batch;
}

}  // namespace fairrush::server
