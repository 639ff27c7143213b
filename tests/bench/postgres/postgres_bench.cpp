// The ledger beside COPY, and row-lock beside pgbench, on one PostgreSQL of the bench's own, with
// its usual promises (fsync on): prints one line a question (see support/questions.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server/ledger/postgres/postgres_ledger.hpp"
#include "server/stores/postgres/transactions.hpp"
#include "tests/bench/support/coupon_server.hpp"
#include "tests/bench/support/everybody.hpp"
#include "tests/bench/support/questions.hpp"
#include "tests/bench/support/turns.hpp"
#include "tests/bench/support/wrk.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::bench {
namespace {

using namespace server;
using integration::PostgresServer;
using SteadyClock = std::chrono::steady_clock;

constexpr std::uint32_t kCoupons = 30'000;
constexpr std::size_t kLedgerBatch = 2'000;  // records of a commit under load
constexpr std::size_t kClaimBatch = 1'000;
constexpr unsigned kSessions = 4;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

/// What a command prints; throws when it fails.
std::string output_of(const std::string& command) {
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), count);
  }
  if (pclose(pipe) != 0) throw std::runtime_error(command + ": " + text);
  return text;
}

EventSpec spec_of(std::string_view design) {
  return {.name = "bench",
          .design = std::string(design),
          .quota = *QuotaRule::parse("100%"),
          .windows = {from_unix_ms(0), from_unix_ms(10), from_unix_ms(10), from_unix_ms(1'000)}};
}

template <class Value>
Value checked(std::expected<Value, std::string> result) {
  if (!result) throw std::runtime_error(result.error());
  return std::move(*result);
}

void commit(PostgresLedger& ledger, const std::vector<LedgerRecord>& records) {
  for (std::size_t at = 0; at < records.size(); at += kLedgerBatch) {
    const std::size_t count = std::min(kLedgerBatch, records.size() - at);
    const auto done = ledger.commit(std::span(records).subspan(at, count));
    if (!done) throw std::runtime_error(done.error());
  }
}

std::vector<LedgerRecord> reservations() {
  std::vector<LedgerRecord> records;
  for (std::uint32_t number = 1; number <= kCoupons; ++number) {
    records.emplace_back(ReservationGranted{EventId(1), TicketNumber(number), UserIndex(number),
                                            from_unix_ms(5), "key-" + std::to_string(number)});
  }
  return records;
}

std::vector<LedgerRecord> coupons(const EventSecrets& secrets) {
  const CouponMint mint(secrets.coupon_key);
  std::vector<LedgerRecord> records;
  for (std::uint32_t number = 1; number <= kCoupons; ++number) {
    records.emplace_back(CouponIssued{
        EventId(1), number, TicketNumber(number), UserIndex(number), number, mint.code(number),
        from_unix_ms(20), "key-" + std::to_string(number), Discount{}, OutboxPosition(number)});
  }
  return records;
}

/// Coupons and their messages, by the ledger; then the same rows again by psql's COPY. Rows a
/// second.
struct LedgerTurn {
  double ledger = 0;
  double copy = 0;
};

LedgerTurn play_ledger(PostgresServer& postgres) {
  const std::string database = postgres.make_database();
  const std::string url = postgres.url(database);
  const auto ledger = checked(PostgresLedger::open(*parse_postgres_url(url), LedgerSharing::alone));
  const EventCreated event{EventId(1), spec_of("ticket-list"), EventSecrets::generate()};
  commit(*ledger, {event});
  commit(*ledger, reservations());
  const auto records = coupons(event.secrets);
  const double rows = 2.0 * kCoupons;
  auto start = SteadyClock::now();
  commit(*ledger, records);
  const double ours = seconds_since(start);

  const std::string files = output_of("mktemp -d");
  const std::string folder = files.substr(0, files.find('\n'));
  const std::string psql = fmt::format("psql -q -v ON_ERROR_STOP=1 '{}' ", url);
  output_of(psql + fmt::format(R"(-c "\copy coupons TO '{0}/coupons'" )"
                               R"(-c "\copy outbox TO '{0}/outbox'" )"
                               R"(-c "TRUNCATE coupons, outbox CASCADE")",
                               folder));
  start = SteadyClock::now();
  output_of(psql + fmt::format(R"(-c "\copy coupons FROM '{0}/coupons'" )"
                               R"(-c "\copy outbox FROM '{0}/outbox'")",
                               folder));
  const double theirs = seconds_since(start);
  output_of("rm -r " + folder);
  return {.ledger = rows / ours, .copy = rows / theirs};
}

/// Every coupon claimed by batches of several sessions; claims a second.
double play_row_lock(PostgresServer& postgres) {
  const auto address = *parse_postgres_url(postgres.url(postgres.make_database()));
  checked(PostgresLedger::open(address, LedgerSharing::shared));
  PostgresInterrupt interrupt;
  const auto session = [&] {
    auto opened = PostgresConnection::open(address, "bench", interrupt);
    if (!opened) throw std::runtime_error(opened.error().what);
    if (!opened->prepare(record_statements()) || !opened->prepare(store_statements())) {
      throw std::runtime_error("statements");
    }
    return std::move(*opened);
  };
  const auto requests = [](std::uint32_t from, std::int64_t at) {
    std::vector<StoredRequest> batch;
    for (std::uint32_t user = from; user < from + kClaimBatch; ++user) {
      batch.push_back({UserIndex(user), "key-" + std::to_string(user), from_unix_ms(at)});
    }
    return batch;
  };
  auto setting = session();
  const auto created = setting.transact(
      [](pqxx::work& work) { return server::create(work, spec_of(kRowLock), ""); });
  if (!created) throw std::runtime_error(created.error().what);
  for (std::uint32_t user = 0; user < kCoupons; user += kClaimBatch) {
    const auto done = setting.transact([&](pqxx::work& work) {
      return server::reserve(work, "bench", requests(user, 5), ManualClock(from_unix_ms(5)));
    });
    if (!done) throw std::runtime_error(done.error().what);
  }
  std::atomic<std::uint32_t> next = 0;
  const auto start = SteadyClock::now();
  std::vector<std::future<void>> threads;
  for (unsigned number = 0; number < kSessions; ++number) {
    threads.push_back(std::async(std::launch::async, [&] {
      auto own = session();
      for (std::uint32_t user = next.fetch_add(kClaimBatch); user < kCoupons;
           user = next.fetch_add(kClaimBatch)) {
        const auto done = own.transact([&](pqxx::work& work) {
          return server::claim(work, "bench", requests(user, 20), ClaimDoor::reserved);
        });
        if (!done) throw std::runtime_error(done.error().what);
      }
    }));
  }
  for (auto& thread : threads) thread.get();
  return kCoupons / seconds_since(start);
}

/// pgbench over a bare table; rows a second.
double play_pgbench(PostgresServer& postgres, const std::string& statement, double rows_each,
                    int seconds) {
  const std::string database = postgres.make_database();
  postgres.execute(
      "CREATE TABLE stock (id bigint PRIMARY KEY, buyer bigint); CREATE SEQUENCE ticket;"
      "CREATE INDEX free ON stock (id) WHERE buyer IS NULL;"
      "INSERT INTO stock SELECT n FROM generate_series(1, 400000) AS n; ANALYZE stock",
      database);
  const std::string file = output_of("mktemp");
  const std::string path = file.substr(0, file.find('\n'));
  FILE* const script = std::fopen(path.c_str(), "w");
  fmt::print(script, "{}\n", statement);
  std::fclose(script);
  const std::string said = output_of(
      fmt::format("/usr/lib/postgresql/15/bin/pgbench -n -M prepared -c {} -j 2 -T {} -f {} '{}'",
                  kSessions, seconds, path, postgres.url(database)));
  output_of("rm " + path);
  const std::size_t at = said.find("tps = ");
  return std::stod(said.substr(at + 6)) * rows_each;
}

constexpr const char* kOneRow =
    "UPDATE stock SET buyer = 1 WHERE id = (SELECT id FROM stock WHERE buyer IS NULL ORDER BY id "
    "LIMIT 1 FOR UPDATE SKIP LOCKED)";
constexpr const char* kByTicket =
    "WITH t AS (SELECT nextval('ticket') AS id) UPDATE stock SET buyer = 1 FROM t "
    "WHERE stock.id = t.id";
constexpr const char* kHundredRows =
    "UPDATE stock SET buyer = 1 WHERE id IN (SELECT id FROM stock WHERE buyer IS NULL ORDER BY id "
    "LIMIT 100 FOR UPDATE SKIP LOCKED)";

/// Users who claim through HTTP, a fifth of whom win.
constexpr int kHttpUsers = 100'000;
constexpr int kHttpReserveSeconds = 20;
constexpr int kHttpPatienceSeconds = 15;

/// Claims of `row-lock` a second, durable, through HTTP, from the first to the last of a rush.
double play_http(PostgresServer& postgres) {
  CouponServer server({"--store", postgres.url(postgres.make_database())});
  server.open_event(std::string(kRowLock), kHttpReserveSeconds);
  const auto play = [&server](const char* what, int seconds) {
    const std::string path = fmt::format("/api/v1/events/bench/{}", what);
    return play_wrk(server.url(), everybody(path, 1'000, seconds, kHttpUsers));
  };
  play("reservations", kHttpReserveSeconds - 1);
  server.wait_for_rush();
  const std::uint64_t roster = server.event_number("roster");
  const auto start = SteadyClock::now();
  const auto crowd = std::async(std::launch::async, play, "claims", kHttpPatienceSeconds);
  // wrk leaves with the last question and does not wait for the last answers.
  const std::uint64_t most = std::min<std::uint64_t>(roster, kHttpUsers - 2'000);
  std::uint64_t answered = 0;
  while ((answered = server.claims_answered()) < most) {
    if (seconds_since(start) > kHttpPatienceSeconds) throw std::runtime_error("too slow");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  const double took = seconds_since(start);
  crowd.wait();
  if (server.event_number("issued") < roster / 5) throw std::runtime_error("not all were won");
  return static_cast<double>(answered) / took;
}

constexpr int kPgbenchSeconds = 3;

Figures rate(double per_second) {
  return {{"rate", per_second}};
}

Row ledger_rows(int turns_wanted, PostgresServer& postgres) {
  Turns turns;
  LedgerTurn turn;
  turns.add("ledger", [&] {
    turn = play_ledger(postgres);
    return rate(turn.ledger);
  });
  turns.add("copy", [&] { return rate(turn.copy); });
  turns.take(turns_wanted);
  const double ratio = turns.ratio("ledger", "copy", "rate");
  return {
      .question = fmt::format("rows a second of the ledger in PostgreSQL: a coupon and its "
                              "message, {} coupons a commit",
                              kLedgerBatch),
      .figure = fmt::format("{} ({:.2f} × COPY)", thousands(turns.of("ledger", "rate")), ratio),
      .peers = fmt::format("psql, COPY of the same rows: {}", thousands(turns.of("copy", "rate"))),
      .goal = "≥ 0.50 × COPY",
      .held = ratio >= 0.5};
}

/// What pgbench makes of the statements that a table of rows can be claimed by.
void add_pgbench(Turns& turns, PostgresServer& postgres) {
  turns.add("skip-locked",
            [&] { return rate(play_pgbench(postgres, kOneRow, 1, kPgbenchSeconds)); });
  turns.add("by ticket",
            [&] { return rate(play_pgbench(postgres, kByTicket, 1, kPgbenchSeconds)); });
}

Row row_lock_claims(int turns_wanted, PostgresServer& postgres) {
  Turns turns;
  turns.add("row-lock", [&] { return rate(play_row_lock(postgres)); });
  add_pgbench(turns, postgres);
  turns.add("hundred",
            [&] { return rate(play_pgbench(postgres, kHundredRows, 100, kPgbenchSeconds)); });
  turns.take(turns_wanted);
  const double ratio = std::min(turns.ratio("row-lock", "skip-locked", "rate"),
                                turns.ratio("row-lock", "by ticket", "rate"));
  const auto of = [&turns](const char* who) { return thousands(turns.of(who, "rate")); };
  return {.question = fmt::format("claims a second of row-lock, {} sessions, {} claims a commit, "
                                  "all win",
                                  kSessions, kClaimBatch),
          .figure = fmt::format("{} ({:.2f} × the better one)", of("row-lock"), ratio),
          .peers = fmt::format("pgbench, a row a commit: skip-locked {}, by ticket {}; 100 rows a "
                               "commit of a bare table: {}",
                               of("skip-locked"), of("by ticket"), of("hundred")),
          .goal = "≥ 0.80 × the better one",
          .held = ratio >= 0.8};
}

Row http_claims(int turns_wanted, PostgresServer& postgres) {
  Turns turns;
  turns.add("http", [&] { return rate(play_http(postgres)); });
  add_pgbench(turns, postgres);
  turns.take(turns_wanted);
  const double ratio = turns.ratio("http", "skip-locked", "rate");
  const auto of = [&turns](const char* who) { return thousands(turns.of(who, "rate")); };
  return {.question = "durable claims a second of row-lock through HTTP, a whole rush",
          .figure = fmt::format("{} ({:.2f} × skip-locked)", of("http"), ratio),
          .peers = fmt::format("pgbench, a row a commit: skip-locked {}, by ticket {}",
                               of("skip-locked"), of("by ticket")),
          .goal = "≥ 5.00 × skip-locked",
          .held = ratio >= 5};
}

}  // namespace
}  // namespace fairrush::bench

int main(int count, char** words) {
  using namespace fairrush::bench;
  fairrush::integration::PostgresServer postgres({"shared_buffers=512MB", "max_wal_size=4GB"});
  return ask({{"ledger", [&](int turns) { return ledger_rows(turns, postgres); }},
              {"row-lock", [&](int turns) { return row_lock_claims(turns, postgres); }},
              {"http", [&](int turns) { return http_claims(turns, postgres); }}},
             {words + 1, words + count});
}
