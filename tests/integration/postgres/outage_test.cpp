#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "server/ledger/postgres/postgres_ledger.hpp"
#include "tests/integration/postgres/commit_thief.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::server {
namespace {

using integration::PostgresServer;
using testing::HasSubstr;

EventCreated event_record() {
  return {EventId(1),
          {.name = "rush",
           .design = "ticket-list",
           .quota = *QuotaRule::parse("20%"),
           .windows = {from_unix_ms(10), from_unix_ms(20), from_unix_ms(30), from_unix_ms(40)}},
          {.salt = Bytes(32, 1), .draw = Bytes(32, 2), .coupon_key = Bytes(32, 3)}};
}

/// A ledger over a PostgreSQL that goes away, each for one test.
class Outage : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    postgres_ = std::make_unique<PostgresServer>();
    ledger_ = open();
    ASSERT_TRUE(ledger_->commit(std::vector<LedgerRecord>{event_record()}));
    ledger_->report_trouble_to([this](const std::optional<std::string>& what) {
      if (what) trouble_ = true;
      if (!what) recovered_ = true;
    });
  }

  std::unique_ptr<PostgresLedger> open() {
    auto ledger = PostgresLedger::open(*parse_postgres_url(postgres_->url()), LedgerSharing::alone);
    EXPECT_TRUE(ledger) << ledger.error();
    return std::move(*ledger);
  }

  /// The next tickets, in one batch.
  CommitResult reserve(std::uint32_t count) {
    std::vector<LedgerRecord> batch;
    for (std::uint32_t index = 0; index < count; ++index) {
      ++ticket_;
      batch.emplace_back(ReservationGranted{EventId(1), TicketNumber(ticket_), UserIndex(ticket_),
                                            from_unix_ms(15), "key"});
    }
    return ledger_->commit(batch);
  }

  std::string count_of_reservations() {
    return postgres_->execute("SELECT count(*) FROM reservations");
  }

  void wait_for_trouble() {
    while (!trouble_) std::this_thread::yield();
  }

  std::unique_ptr<PostgresServer> postgres_;
  std::unique_ptr<PostgresLedger> ledger_;
  std::uint32_t ticket_ = 0;
  std::atomic<bool> trouble_ = false;
  std::atomic<bool> recovered_ = false;
};

TEST_F(Outage, OfADatabaseThatIsKilledEndsWithItsRestart) {
  ASSERT_TRUE(reserve(10));
  postgres_->kill();
  auto pending = std::async(std::launch::async, [this] { return reserve(10); });
  wait_for_trouble();
  postgres_->restart();
  const auto done = pending.get();
  EXPECT_TRUE(done) << done.error();
  EXPECT_TRUE(recovered_);
  EXPECT_EQ(count_of_reservations(), "20");
}

TEST_F(Outage, WritesNothingTwiceAndLosesNothingWhateverTheMomentOfTheKill) {
  std::atomic<bool> stop = false;
  std::atomic<std::uint32_t> batches = 0;
  std::thread writer([&] {
    while (!stop) {
      const auto done = reserve(50);
      ASSERT_TRUE(done) << done.error();
      ++batches;
    }
  });
  for (int round = 0; round < 6; ++round) {
    const std::uint32_t before = batches;
    while (batches < before + 3) std::this_thread::yield();
    postgres_->kill();
    postgres_->restart();
  }
  stop = true;
  writer.join();
  EXPECT_EQ(count_of_reservations(), std::to_string(ticket_));
  EXPECT_EQ(ticket_, batches * 50);
}

TEST_F(Outage, OfOneSessionIsMended) {
  ASSERT_TRUE(reserve(1));
  postgres_->execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name LIKE 'fairrush%'");
  const auto done = reserve(1);
  EXPECT_TRUE(done) << done.error();
  EXPECT_EQ(count_of_reservations(), "2");
}

TEST_F(Outage, BehindACommitThatTookEffectWritesItNoSecondTime) {
  ledger_.reset();
  CommitThief thief(postgres_->port());
  const std::string url =
      "postgresql://postgres@127.0.0.1:" + std::to_string(thief.port()) + "/postgres";
  auto ledger = PostgresLedger::open(*parse_postgres_url(url), LedgerSharing::alone);
  ASSERT_TRUE(ledger) << ledger.error();
  ledger_ = std::move(*ledger);
  for (int round = 0; round < 3; ++round) {
    thief.steal_next();
    const auto done = reserve(3);
    EXPECT_TRUE(done) << done.error();
    EXPECT_TRUE(thief.has_stolen());
  }
  EXPECT_EQ(count_of_reservations(), "9");
  EXPECT_EQ(postgres_->execute("SELECT max(batch) FROM ledger_writers"), "3")
      << "a batch that had taken effect was not written again";
  ledger_.reset();
}

TEST_F(Outage, IsEndedByGivingUp) {
  postgres_->kill();
  auto pending = std::async(std::launch::async, [this] { return reserve(1); });
  wait_for_trouble();
  ledger_->give_up();
  EXPECT_FALSE(pending.get());
}

TEST_F(Outage, OfADatabaseThatStandsStillIsEndedByGivingUp) {
  postgres_->freeze();
  auto pending = std::async(std::launch::async, [this] { return reserve(1); });
  EXPECT_EQ(pending.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
  ledger_->give_up();
  EXPECT_FALSE(pending.get());
  postgres_->thaw();
}

TEST_F(Outage, IsNothingThatAConstraintWouldCause) {
  ASSERT_TRUE(reserve(1));
  const std::vector<LedgerRecord> again{
      ReservationGranted{EventId(1), TicketNumber(1), UserIndex(9), from_unix_ms(15), ""}};
  const auto done = ledger_->commit(again);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("reservations_pkey"));
  EXPECT_FALSE(trouble_);
}

TEST_F(Outage, IsFinalWhenTheDatabaseComesBackWithLessThanItHad) {
  ASSERT_TRUE(reserve(1));
  ASSERT_TRUE(reserve(1));
  postgres_->execute(
      "UPDATE ledger_writers SET batch = batch - 1; SELECT pg_terminate_backend(pid)"
      " FROM pg_stat_activity WHERE application_name LIKE 'fairrush%'");
  const auto done = reserve(1);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("has come back with batch 2, after 3 were acknowledged"));
}

TEST_F(Outage, ThatAnotherServerUsedIsFinal) {
  postgres_->execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name LIKE 'fairrush%'");
  const auto other = open();
  const auto done = reserve(1);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error(), HasSubstr("in use by another server"));
}

}  // namespace
}  // namespace fairrush::server
