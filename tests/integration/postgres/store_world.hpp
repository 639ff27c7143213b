#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "server/ledger/postgres/postgres_ledger.hpp"
#include "server/stores/postgres/transactions.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::server {

inline constexpr std::int64_t kReserveOpen = 1'000'000;
inline constexpr std::int64_t kClaimOpen = 2'000'000;
inline constexpr std::int64_t kClaimClose = 3'000'000;
inline const WallTime kReserving = from_unix_ms(kReserveOpen + 1);
inline const WallTime kRushing = from_unix_ms(kClaimOpen + 1);

inline EventSpec store_spec(std::string_view design, std::string_view coupons) {
  return {.name = "rush",
          .design = std::string(design),
          .quota = *QuotaRule::parse(coupons),
          .windows = {from_unix_ms(kReserveOpen), from_unix_ms(kClaimOpen),
                      from_unix_ms(kClaimOpen), from_unix_ms(kClaimClose)}};
}

inline StoredRequest asked_by(std::uint32_t user, std::string key = "", WallTime at = kRushing) {
  return {UserIndex(user), std::move(key), at};
}

/// A session of a store.
class StoreSession {
 public:
  explicit StoreSession(const std::string& url) {
    auto opened = PostgresConnection::open(*parse_postgres_url(url), "test", interrupt_);
    EXPECT_TRUE(opened) << opened.error().what;
    connection_ = std::make_unique<PostgresConnection>(std::move(*opened));
    EXPECT_TRUE(connection_->prepare(record_statements()));
    EXPECT_TRUE(connection_->prepare(store_statements()));
  }

  /// What `work` says, committed.
  template <class Work>
  auto commit(const Work& work) {
    auto done = connection_->transact(work);
    EXPECT_TRUE(done) << done.error().what;
    return std::move(*done);
  }

  PostgresConnection& connection() { return *connection_; }

 private:
  PostgresInterrupt interrupt_;
  std::unique_ptr<PostgresConnection> connection_;
};

/// One PostgreSQL for all tests of a suite, an empty store for each test.
class StoreTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!integration::PostgresServer::is_installed()) return;
    postgres_ = std::make_unique<integration::PostgresServer>(
        std::vector<std::string>{"fsync=off", "deadlock_timeout=100ms"});
  }
  static void TearDownTestSuite() { postgres_.reset(); }
  void SetUp() override {
    if (postgres_ == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
    url_ = postgres_->url(postgres_->make_database());
    ASSERT_TRUE(PostgresLedger::open(*parse_postgres_url(url_), LedgerSharing::shared));
    session_ = std::make_unique<StoreSession>(url_);
  }

  StoredCounts create(std::string_view design, std::string_view coupons) {
    return *session_->commit([&](pqxx::work& transaction) {
      return server::create(transaction, store_spec(design, coupons), "");
    });
  }
  std::vector<StoredReservation> reserve(const std::vector<StoredRequest>& requests,
                                         WallTime now = kReserving) {
    return session_
        ->commit([&](pqxx::work& transaction) {
          return server::reserve(transaction, "rush", requests, ManualClock(now));
        })
        .answers;
  }
  /// Users 1 … count.
  void fill(std::uint32_t count) {
    std::vector<StoredRequest> requests;
    for (std::uint32_t user = 1; user <= count; ++user) {
      requests.push_back(asked_by(user, "", kReserving));
    }
    reserve(requests);
  }
  std::vector<StoredVerdict> claim(const std::vector<StoredRequest>& requests,
                                   ClaimDoor door = ClaimDoor::reserved) {
    return session_
        ->commit([&](pqxx::work& transaction) {
          return server::claim(transaction, "rush", requests, door);
        })
        .answers;
  }
  std::expected<StoredCounts, ErrorCode> move(Move move, WallTime now) {
    return session_->commit([&](pqxx::work& transaction) {
      return server::move_windows(transaction, "rush", move, ManualClock(now));
    });
  }
  StoredCounts counts() {
    return *session_->commit(
        [](pqxx::work& transaction) { return server::describe(transaction, "rush"); });
  }
  std::string query(const std::string& sql) {
    return postgres_->execute(sql, url_.substr(url_.rfind('/') + 1));
  }

  static inline std::unique_ptr<integration::PostgresServer> postgres_;
  std::string url_;
  std::unique_ptr<StoreSession> session_;
};

}  // namespace fairrush::server
