#include "server/ledger/sqlite_ledger.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <chrono>
#include <thread>

#include "server/ledger/sqlite_schema.hpp"

namespace fairrush::server {
namespace {

constexpr std::int64_t kApplicationId = 0x46525348;        // "FRSH"
constexpr std::int64_t kFaultyApplicationId = 0x46525358;  // "FRSX"

/// What each version of the schema adds to the one before; the first creates it.
constexpr std::array kSchemaSteps{kLedgerSchema,   kAdminKeySchema, kRedemptionSchema,
                                  kOutboxSchema,   kDesignsSchema,  kCouponGroupsSchema,
                                  kAcceptedSchema, kDailySchema};
constexpr std::int64_t kSchemaVersion = kSchemaSteps.size();

constexpr Duration kLockPoll = std::chrono::milliseconds(20);

using Step = std::expected<void, std::string>;

/// Takes the file for this process alone, at the latest after `wait`, or says who it belongs to.
Step claim_file(SqliteDatabase& database, Duration wait) {
  // Exclusive locking keeps the write-ahead log's index in this process's memory: the lock is held
  // until the process ends, however it ends.
  if (auto set = database.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA foreign_keys=ON;"); !set) {
    return set;
  }
  const auto end = std::chrono::steady_clock::now() + wait;
  while (true) {
    auto locked = database.execute("BEGIN EXCLUSIVE; COMMIT;");
    if (locked || !database.busy()) return locked;
    if (std::chrono::steady_clock::now() >= end) {
      return std::unexpected("is in use by another server");
    }
    std::this_thread::sleep_for(kLockPoll);
  }
}

/// Brings a file of schema `version`, zero for an empty one, to the version of today.
Step upgrade(SqliteDatabase& database, std::int64_t version) {
  const auto missing = std::span(kSchemaSteps).subspan(static_cast<std::size_t>(version));
  return database.execute(fmt::format(
      "BEGIN EXCLUSIVE;\n{}\nPRAGMA application_id={};\nPRAGMA user_version={};\nCOMMIT;",
      fmt::join(missing, "\n"), kApplicationId, kSchemaVersion));
}

Step check_identity(SqliteDatabase& database) {
  const auto application = database.query_integer("PRAGMA application_id");
  const auto version = database.query_integer("PRAGMA user_version");
  const auto tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!application || !version || !tables) return std::unexpected(database.last_error());
  if (*tables == 0 && *application == 0) return upgrade(database, 0);
  if (*application != kApplicationId) {
    return std::unexpected("is a database of another program; name another file");
  }
  if (*version < 1 || *version > kSchemaVersion) {
    return std::unexpected(fmt::format(
        "has schema version {}, this server knows version {}; use the server that wrote it",
        *version, kSchemaVersion));
  }
  if (*version < kSchemaVersion) return upgrade(database, *version);
  return {};
}

/// Only in a new file, and under an id of its own, so that no sound server takes it for its ledger.
Step begin_without_promises(SqliteDatabase& database) {
  const auto tables = database.query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(database.last_error());
  if (*tables != 0) return std::unexpected("exists: under a fault, name a new file");
  if (auto created = upgrade(database, 0); !created) return created;
  return database.execute(
      fmt::format("{}\nPRAGMA application_id={};", kWithoutPromises, kFaultyApplicationId));
}

Step set_durability(SqliteDatabase& database) {
  return database.execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;");
}

}  // namespace

std::expected<SqliteLedger, std::string> SqliteLedger::open(const std::string& path,
                                                            Promises promises, Duration wait) {
  const auto named = [&path](const std::string& what) {
    return std::unexpected(fmt::format("ledger '{}': {}", path, what));
  };
  auto database = SqliteDatabase::open(path);
  if (!database) return named(database.error());
  const auto identify = promises == Promises::kept ? check_identity : begin_without_promises;
  if (const auto claimed = claim_file(*database, wait); !claimed) return named(claimed.error());
  for (const auto step : {identify, set_durability}) {
    if (const auto done = step(*database); !done) return named(done.error());
  }
  StatementPreparer prepare(*database);
  auto begin = prepare("BEGIN IMMEDIATE");
  auto commit = prepare("COMMIT");
  auto rollback = prepare("ROLLBACK");
  auto select_issues =
      prepare("SELECT user, code, issued_at_ms FROM coupon WHERE event_id=? ORDER BY issue");
  RecordWriter writer(prepare);
  if (prepare.error()) return named(*prepare.error());
  return SqliteLedger(Parts{path, std::move(*database), std::move(begin), std::move(commit),
                            std::move(rollback), std::move(select_issues), std::move(writer)});
}

std::expected<void, std::string> SqliteLedger::replay(const RecordSink& sink) {
  auto done = read_records(parts_.database, sink);
  if (!done) return std::unexpected(named(done.error()));
  return {};
}

IssuedRows SqliteLedger::issues(EventId event) {
  std::vector<IssuedRow> rows;
  SqliteStatement& select = parts_.select_issues.bind(event.value());
  while (select.next()) {
    const auto code = parse_coupon_code(select.text(1));
    if (!code) return std::unexpected(named("coupon with a code of wrong length"));
    rows.push_back({UserIndex(static_cast<std::uint32_t>(select.integer(0))), *code,
                    from_unix_ms(select.integer(2))});
  }
  if (select.failed()) return std::unexpected(named(parts_.database.last_error()));
  return rows;
}

CommitResult SqliteLedger::commit(std::span<const LedgerRecord> batch) {
  bool written = parts_.begin.run();
  for (const LedgerRecord& record : batch) written = written && parts_.writer.write(record);
  if (written && parts_.commit.run()) return {};
  const std::string error = named(parts_.database.last_error());
  parts_.rollback.run();
  return std::unexpected(error);
}

std::string SqliteLedger::named(const std::string& what) const {
  return fmt::format("ledger '{}': {}", parts_.path, what);
}

}  // namespace fairrush::server
