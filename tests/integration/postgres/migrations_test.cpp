#include "server/postgres/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "server/ledger/postgres/postgres_ledger.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::server {
namespace {

using integration::PostgresServer;
using testing::AllOf;
using testing::HasSubstr;

class Migrations : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (PostgresServer::is_installed()) {
      postgres_ = std::make_unique<PostgresServer>(std::vector<std::string>{"fsync=off"});
    }
  }
  static void TearDownTestSuite() { postgres_.reset(); }
  void SetUp() override {
    if (postgres_ == nullptr) GTEST_SKIP() << "PostgreSQL is not installed";
    database_ = postgres_->make_database();
  }

  void execute(const std::string& sql) { postgres_->execute(sql, database_); }

  /// What a server that starts says; empty when it starts.
  std::string start(const std::string& parameters = "") {
    const auto address = parse_postgres_url(postgres_->url(database_) + parameters);
    const auto ledger = PostgresLedger::open(*address, LedgerSharing::alone);
    return ledger ? std::string() : ledger.error();
  }

  static inline std::unique_ptr<PostgresServer> postgres_;
  std::string database_;
};

TEST_F(Migrations, AreAppliedOnceAndFoundAgain) {
  EXPECT_EQ(start(), "");
  EXPECT_EQ(start(), "");
  EXPECT_EQ(postgres_->execute("SELECT count(*) FROM schema_migrations", database_),
            std::to_string(migrations().size()));
}

TEST_F(Migrations, LeaveAnotherProgramsDatabaseAlone) {
  execute("CREATE TABLE theirs (x int)");
  EXPECT_THAT(start(), AllOf(HasSubstr(database_), HasSubstr("another program")));
  EXPECT_EQ(
      postgres_->execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", database_),
      "1");
}

TEST_F(Migrations, StayWithinTheSchemaThatTheAddressNames) {
  execute("CREATE TABLE theirs (x int); CREATE SCHEMA ours");
  EXPECT_EQ(start("?options=-csearch_path%3Dours"), "");
  EXPECT_EQ(start("?options=-csearch_path%3Dours"), "");
  EXPECT_EQ(postgres_->execute("SELECT count(*) FROM ours.coupons", database_), "0");
}

TEST_F(Migrations, NameAStepThatWasChangedAfterItWasApplied) {
  ASSERT_EQ(start(), "");
  execute("UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE version = 1");
  EXPECT_THAT(start(), HasSubstr("migration 001_ledger was changed after it was applied"));
}

TEST_F(Migrations, NameAStepOfANewerServer) {
  ASSERT_EQ(start(), "");
  execute("INSERT INTO schema_migrations VALUES (900, '900_future', 'x', now())");
  EXPECT_THAT(start(), HasSubstr("900_future, which this server does not know"));
}

TEST_F(Migrations, NameWhatIsMissingForeignOrDifferent) {
  const std::pair<const char*, const char*> cases[]{
      {"DROP VIEW reserved_coupon", "view 'reserved_coupon' is missing"},
      {"ALTER TABLE coupons DROP COLUMN used_at CASCADE", "'used_at' of 'coupons' is missing"},
      {"ALTER TABLE coupons ADD COLUMN note text", "column 'note' of 'coupons' is foreign"},
      {"CREATE TABLE notes (x int)", "'notes' is foreign"},
      {"ALTER TABLE outbox ALTER coupon TYPE varchar(9)",
       "column 'coupon' of 'outbox' is 'character varying(9) NOT NULL', expected 'text NOT NULL'"},
      {"DROP INDEX coupons_unused", "index 'coupons_unused' of 'coupons' is missing"},
      {"ALTER TABLE coupons DROP CONSTRAINT coupons_user_id_event_id_key",
       "constraint 'coupons_user_id_event_id_key' of 'coupons' is missing"},
      {"ALTER TABLE users ALTER name SET NOT NULL", "column 'name' of 'users' is"},
  };
  for (const auto& [sql, said] : cases) {
    database_ = postgres_->make_database();
    ASSERT_EQ(start(), "");
    execute(sql);
    EXPECT_THAT(start(), AllOf(HasSubstr("its schema has drifted"), HasSubstr(said))) << sql;
  }
}

TEST_F(Migrations, AreAppliedOnceByServersThatStartTogether) {
  std::vector<std::unique_ptr<PostgresLedger>> ledgers(4);
  {
    std::vector<std::future<void>> threads;
    for (auto& ledger : ledgers) {
      threads.push_back(std::async(std::launch::async, [this, &ledger] {
        auto opened = PostgresLedger::open(*parse_postgres_url(postgres_->url(database_)),
                                           LedgerSharing::shared);
        EXPECT_TRUE(opened) << opened.error();
        if (opened) ledger = std::move(*opened);
      }));
    }
  }
  EXPECT_THAT(start(), HasSubstr("in use by another server: fairrush-server"));
}

TEST(DatabaseAddress, ThatCannotBeReachedIsNamedWithoutItsPassword) {
  const auto ledger = PostgresLedger::open(
      *parse_postgres_url("postgresql://me:hush@127.0.0.1:1/rush"), LedgerSharing::alone);
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error(), HasSubstr("ledger 'postgresql://me@127.0.0.1:1/rush'"));
  EXPECT_THAT(ledger.error(), HasSubstr("Connection refused"));
  EXPECT_THAT(ledger.error(), testing::Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace fairrush::server
