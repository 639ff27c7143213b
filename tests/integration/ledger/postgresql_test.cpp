#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/integration/support/postgres_server.hpp"
#include "tests/unit/loadgen/ledger/ledger_text.hpp"

namespace fairrush::integration {
namespace {

using loadgen::ledger_text;
using testing::AllOf;
using testing::HasSubstr;

/// One PostgreSQL for all tests of the suite.
class PostgresqlLedger : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!PostgresServer::is_installed()) return;
    server_ = std::make_unique<PostgresServer>(std::vector<std::string>{"fsync=off"});
    server_->execute(
        "CREATE TABLE issued(buyer bigint, code text, event text, edition int, at timestamptz);"
        "INSERT INTO issued VALUES (17, 'A', 'spring', 0, now()), (3, 'ü', 'spring', 1, now()),"
        " (4, 'C', 'autumn', NULL, now()), (NULL, 'D', 'broken', 0, NULL)");
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (server_ == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
  }

  static std::string url() { return server_->url(); }
  static std::string query(const std::string& sql) {
    loadgen::LedgerSource source = *loadgen::parse_ledger_source(url());
    source.query = sql;
    return ledger_text(source);
  }

 private:
  static inline std::unique_ptr<PostgresServer> server_;
};

TEST_F(PostgresqlLedger, YieldsColumnsByNameWhateverTheirOrder) {
  EXPECT_EQ(query("SELECT code AS coupon, at, buyer AS \"user\", edition AS round FROM issued "
                  "WHERE event <> 'broken' ORDER BY event DESC, buyer DESC"),
            "17=A 3=ü@1 4=C");
}

TEST_F(PostgresqlLedger, TellsWhenCouponsWereIssued) {
  const std::string rows =
      "FROM (VALUES (17, 'A', timestamptz '2026-11-22 08:00:00.250917+09'), (3, 'B', NULL)) "
      "AS sold (buyer, code, at)";
  EXPECT_EQ(query("SELECT buyer AS \"user\", code AS coupon, at AS issued_at " + rows),
            "17=A~1795302000250 3=B");
  EXPECT_EQ(query("SELECT buyer AS \"user\", code AS coupon, "
                  "EXTRACT(EPOCH FROM at) AS issued_at " +
                  rows),
            "17=A~1795302000250 3=B");
}

TEST_F(PostgresqlLedger, BindsTheEventsName) {
  EXPECT_EQ(query("SELECT buyer AS \"user\", code AS coupon FROM issued WHERE event = {event} "
                  "ORDER BY buyer"),
            "3=ü 17=A");
}

TEST_F(PostgresqlLedger, IsEmptyWhenTheQueryFindsNothing) {
  EXPECT_EQ(query("SELECT buyer AS \"user\", code AS coupon FROM issued WHERE event = 'none'"), "");
}

TEST_F(PostgresqlLedger, NamesTheColumnsThatAreThereEvenWithoutRows) {
  EXPECT_THAT(query("SELECT buyer, code FROM issued WHERE false"),
              HasSubstr("the query yields the columns 'buyer,code', expected user and coupon"));
}

TEST_F(PostgresqlLedger, NamesTheRowThatIsNone) {
  EXPECT_THAT(query("SELECT buyer AS \"user\", code AS coupon FROM issued WHERE event = 'broken'"),
              HasSubstr("row 1: user is null"));
  EXPECT_THAT(query("SELECT user, code AS coupon FROM issued"),
              HasSubstr("row 1: user 'postgres', expected a population index"));
}

TEST_F(PostgresqlLedger, ReadsAndNeverWrites) {
  EXPECT_THAT(query("DELETE FROM issued RETURNING buyer AS \"user\", code AS coupon"),
              HasSubstr("read-only"));
  EXPECT_THAT(query("SELECT 1 AS \"user\", 'x' AS coupon; DELETE FROM issued"),
              HasSubstr("multiple commands"));
  EXPECT_THAT(query("SET work_mem = '1MB'"), HasSubstr("yields no rows"));
}

TEST_F(PostgresqlLedger, StreamsManyRows) {
  loadgen::LedgerSource source = *loadgen::parse_ledger_source(url());
  source.query = "SELECT n AS \"user\", 'C-' || n AS coupon FROM generate_series(0, 299999) AS n";
  const auto ledger = loadgen::read_ledger(source, "");
  ASSERT_TRUE(ledger) << ledger.error();
  ASSERT_EQ(ledger->size(), 300'000U);
  EXPECT_EQ(ledger->back().coupon, "C-299999");
}

TEST_F(PostgresqlLedger, SaysWhyItCannotBeRead) {
  EXPECT_THAT(query("SELEC"), HasSubstr("syntax error"));
  EXPECT_THAT(query("SELECT 1 / (9 - n) AS \"user\", 'x' AS coupon FROM generate_series(1, 9) n"),
              HasSubstr("division by zero"));
  loadgen::LedgerSource source =
      *loadgen::parse_ledger_source("postgresql://postgres@/postgres?host=/nowhere");
  source.query = "SELECT 1";
  EXPECT_THAT(ledger_text(source), AllOf(HasSubstr("postgresql://"), HasSubstr("/nowhere")));
}

}  // namespace
}  // namespace fairrush::integration
