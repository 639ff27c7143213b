#include "tests/contract/ledger/ledgers.hpp"

#include "server/ledger/postgres/postgres_ledger.hpp"
#include "server/ledger/sqlite_ledger.hpp"
#include "tests/integration/support/postgres_server.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::contract {
namespace {

using integration::PostgresServer;
using server::Ledger;
using Opened = std::expected<std::unique_ptr<Ledger>, std::string>;

class SqlitePlace final : public LedgerPlace {
 public:
  Opened open() override {
    auto ledger = server::SqliteLedger::open(directory_.file("ledger.db"));
    if (!ledger) return std::unexpected(ledger.error());
    return std::make_unique<server::SqliteLedger>(std::move(*ledger));
  }

 private:
  server::TemporaryDirectory directory_;
};

/// One PostgreSQL for the whole program; a database of its own for each place.
class PostgresPlace final : public LedgerPlace {
 public:
  Opened open() override {
    return server::PostgresLedger::open(*server::parse_postgres_url(the_server().url(database_)),
                                        server::LedgerSharing::alone);
  }

 private:
  static PostgresServer& the_server() {
    static PostgresServer server({"fsync=off"});
    return server;
  }

  std::string database_ = the_server().make_database();
};

}  // namespace

std::vector<LedgerKind> ledger_kinds() {
  return {
      {"sqlite", [] { return true; }, [] { return std::make_unique<SqlitePlace>(); }},
      {"postgres", PostgresServer::is_installed, [] { return std::make_unique<PostgresPlace>(); }}};
}

}  // namespace fairrush::contract
