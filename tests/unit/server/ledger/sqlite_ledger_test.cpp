#include "server/ledger/sqlite_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "server/ledger/sqlite.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

EventCreated event_record(std::int64_t id = 1) {
  return {EventId(id),
          {.name = "rush-" + std::to_string(id),
           .design = "sealed-draw",
           .quota = *QuotaRule::parse("20%"),
           .windows = {from_unix_ms(10), from_unix_ms(20), from_unix_ms(30), from_unix_ms(40)}},
          {.salt = Bytes(32, 1), .draw = Bytes(32, 2), .coupon_key = Bytes(32, 3)}};
}

ReservationGranted reservation_record(std::uint32_t ticket, std::uint32_t user) {
  return {EventId(1), TicketNumber(ticket), UserIndex(user), from_unix_ms(15), "key"};
}

CouponIssued coupon_record(std::uint32_t issue, std::uint32_t ticket, std::uint32_t user) {
  return {EventId(1),           issue,       TicketNumber(ticket),
          UserIndex(user),      ticket,      CouponMint(Bytes(32, 3)).code(ticket),
          from_unix_ms(35),     "claim-key", Discount{Discount::Kind::fixed, 300},
          OutboxPosition(issue)};
}

std::vector<LedgerRecord> replay(SqliteLedger& ledger) {
  std::vector<LedgerRecord> records;
  EXPECT_TRUE(ledger.replay([&records](const LedgerRecord& record) -> CommitResult {
    records.push_back(record);
    return {};
  }));
  return records;
}

TEST(SqliteLedger, GivesBackAfterReopeningWhatWasCommitted) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("ledger.db");
  {
    auto ledger = SqliteLedger::open(path);
    ASSERT_TRUE(ledger) << ledger.error();
    const std::vector<LedgerRecord> batch{event_record(), reservation_record(1, 4294967295),
                                          DrawFixed{EventId(1), Digest{9}, 1, 1},
                                          coupon_record(1, 1, 4294967295)};
    ASSERT_TRUE(ledger->commit(batch));
  }
  auto ledger = SqliteLedger::open(path);
  ASSERT_TRUE(ledger) << ledger.error();
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(std::get<EventCreated>(records[0]).spec.windows.claim_close, from_unix_ms(40));
  EXPECT_EQ(std::get<EventCreated>(records[0]).secrets.draw, Bytes(32, 2));
  EXPECT_EQ(std::get<ReservationGranted>(records[1]).user, UserIndex(4294967295));
  EXPECT_EQ(std::get<ReservationGranted>(records[1]).idempotency_key, "key");
  EXPECT_EQ(std::get<DrawFixed>(records[2]).root, Digest{9});
  EXPECT_EQ(std::get<CouponIssued>(records[3]).code, CouponMint(Bytes(32, 3)).code(1));
  EXPECT_EQ(std::get<CouponIssued>(records[3]).at, from_unix_ms(35));
  EXPECT_EQ(std::get<BusMessage>(records[4]), message_of(coupon_record(1, 1, 4294967295)));
}

TEST(SqliteLedger, TakesABatchWholeOrNotAtAll) {
  auto ledger = SqliteLedger::open(":memory:");
  ASSERT_TRUE(ledger);
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{event_record()}));
  // The same user twice: the table's own constraint refuses the second.
  EXPECT_FALSE(ledger->commit(
      std::vector<LedgerRecord>{reservation_record(1, 7), reservation_record(2, 7)}));
  EXPECT_EQ(replay(*ledger).size(), 1U);
  EXPECT_TRUE(ledger->commit(std::vector<LedgerRecord>{reservation_record(1, 7)}));
}

TEST(SqliteLedger, RefusesASecondCouponForAUserOrForACode) {
  auto ledger = SqliteLedger::open(":memory:");
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{
      event_record(), reservation_record(1, 7), reservation_record(2, 8), coupon_record(1, 1, 7)}));
  EXPECT_FALSE(ledger->commit(std::vector<LedgerRecord>{coupon_record(2, 2, 7)}));
  EXPECT_FALSE(ledger->commit(std::vector<LedgerRecord>{coupon_record(2, 1, 8)}));
}

TEST(SqliteLedger, ForgetsAnEventsPastAtItsReset) {
  auto ledger = SqliteLedger::open(":memory:");
  EventCreated renewed = event_record();
  renewed.secrets.draw = Bytes(32, 9);
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{
      event_record(), event_record(2), reservation_record(1, 7),
      DrawFixed{EventId(1), Digest{9}, 1, 1}, coupon_record(1, 1, 7), EventReset{renewed}}));
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(std::get<EventCreated>(records[0]).secrets.draw, Bytes(32, 9));
  EXPECT_EQ(std::get<EventCreated>(records[1]).spec.name, "rush-2");
}

TEST(SqliteLedger, BelongsToOneServerAtATime) {
  const TemporaryDirectory directory;
  const auto first = SqliteLedger::open(directory.file("ledger.db"));
  ASSERT_TRUE(first);
  const auto second = SqliteLedger::open(directory.file("ledger.db"));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("in use by another server"));
}

TEST(SqliteLedger, RefusesAnotherProgramsDatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("foreign.db");
  ASSERT_TRUE(SqliteDatabase::open(path)->execute("CREATE TABLE theirs (x)"));
  const auto ledger = SqliteLedger::open(path);
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error(), HasSubstr("another program"));
  EXPECT_EQ(SqliteDatabase::open(path)->query_integer("SELECT count(*) FROM sqlite_schema"), 1)
      << "it must be left as it was";
}

TEST(SqliteLedger, RefusesAFileThatIsNoDatabase) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("notes.txt");
  std::ofstream(path) << "not a database, and long enough to be looked at as one: " << path;
  const auto ledger = SqliteLedger::open(path);
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error(), HasSubstr("notes.txt"));
}

TEST(SqliteLedger, RefusesANewerSchema) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("ledger.db");
  ASSERT_TRUE(SqliteLedger::open(path));
  ASSERT_TRUE(SqliteDatabase::open(path)->execute("PRAGMA user_version=9"));
  const auto ledger = SqliteLedger::open(path);
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error(), HasSubstr("schema version 9, this server knows version 8"));
}

TEST(SqliteLedger, UpgradesAFileOfTheFirstSchema) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("ledger.db");
  ASSERT_TRUE(SqliteLedger::open(path)->commit(std::vector<LedgerRecord>{event_record()}));
  ASSERT_TRUE(SqliteDatabase::open(path)->execute(
      "DROP TABLE policy_detail;"
      "ALTER TABLE coupon DROP COLUMN discount;"
      "ALTER TABLE coupon DROP COLUMN discount_type;"
      "ALTER TABLE event DROP COLUMN discount_type;"
      "DROP TABLE accepted; DROP TABLE loss; ALTER TABLE event DROP COLUMN batch_ms;"
      "ALTER TABLE event DROP COLUMN waiting_ms;"
      "DROP TABLE daily; DROP TABLE audit; DROP TABLE outbox;"
      "DROP TABLE outbox_cursor;"
      "DROP TABLE admin_key; DROP TABLE redemption;"
      "ALTER TABLE event DROP COLUMN valid_ms;"
      "ALTER TABLE event DROP COLUMN amount_min;"
      "ALTER TABLE event DROP COLUMN discount;"
      "PRAGMA user_version=1"));
  EventCreated keyed = event_record(2);
  keyed.begun_under = {AdminKey::Route::create, "k"};
  ASSERT_TRUE(SqliteLedger::open(path)->commit(std::vector<LedgerRecord>{keyed}));
  auto ledger = SqliteLedger::open(path);
  ASSERT_TRUE(ledger) << ledger.error();
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(std::get<EventCreated>(records[0]).begun_under, AdminKey());
  EXPECT_EQ(std::get<EventCreated>(records[1]).begun_under, keyed.begun_under);
}

TEST(SqliteLedger, KeepsTheKeyOfTheLastResetOnly) {
  auto ledger = SqliteLedger::open(":memory:");
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{event_record()}));
  EventCreated renewed = event_record();
  for (const char* key : {"first", "second"}) {
    renewed.begun_under = {AdminKey::Route::reset, key};
    ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{EventReset{renewed}}));
  }
  EXPECT_EQ(std::get<EventCreated>(replay(*ledger).at(0)).begun_under, renewed.begun_under);
  renewed.begun_under = {};
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{EventReset{renewed}}));
  EXPECT_EQ(std::get<EventCreated>(replay(*ledger).at(0)).begun_under, AdminKey());
}

TEST(SqliteLedger, WritesAFactAndItsMessageTogetherOrNotAtAll) {
  auto ledger = SqliteLedger::open(":memory:");
  ASSERT_TRUE(ledger->commit(
      std::vector<LedgerRecord>{event_record(), reservation_record(1, 7), coupon_record(1, 1, 7)}));
  EXPECT_EQ(replay(*ledger).size(), 4U);
  CouponRedeemed spent{.event = EventId(1),
                       .issue = 1,
                       .user = UserIndex(7),
                       .code = {},
                       .order = "o",
                       .amounts = {{10}, {1}, {9}},
                       .at = from_unix_ms(36),
                       .idempotency_key = "k",
                       .told_at = OutboxPosition(1)};
  spent.code = coupon_record(1, 1, 7).code;
  EXPECT_FALSE(ledger->commit(std::vector<LedgerRecord>{spent})) << "the message's place is taken";
  EXPECT_EQ(replay(*ledger).size(), 4U) << "no redemption without its message";
  spent.told_at = OutboxPosition(2);
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{spent}));
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 6U);
  EXPECT_EQ(std::get<CouponRedeemed>(records[3]).amounts, spent.amounts);
  EXPECT_EQ(std::get<BusMessage>(records[5]), message_of(spent));
}

TEST(SqliteLedger, KeepsHowFarTheOutboxWasPublishedAndWhatTheAuditHeard) {
  auto ledger = SqliteLedger::open(":memory:");
  const BusMessage message = message_of(coupon_record(1, 1, 7));
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{
      event_record(), reservation_record(1, 7), coupon_record(1, 1, 7), AuditHeard{message},
      OutboxPublished{OutboxPosition(1)}, AuditHeard{message}}));
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(std::get<OutboxPublished>(records[3]).up_to, OutboxPosition(1));
  EXPECT_EQ(std::get<BusMessage>(records[4]), message);
  EXPECT_EQ(std::get<AuditHeard>(records[5]).message, message);
  EXPECT_EQ(std::get<AuditHeard>(records[6]).message, message);
}

TEST(SqliteLedger, KeepsTheGroupsOfAnEventsCouponsAndWhatACouponTakesOff) {
  auto ledger = SqliteLedger::open(":memory:");
  const CouponGroups first{{"all", {Discount::Kind::percent, 20}, kWhole}};
  const CouponGroups second{{"half", {Discount::Kind::percent, 50}, Allocation(100)},
                            {"rest", {Discount::Kind::fixed, 3000}, Allocation(9900)}};
  EventCreated grouped = event_record(2);
  grouped.spec.groups = second;
  ASSERT_TRUE(ledger->commit(
      std::vector<LedgerRecord>{event_record(), CouponsPreloaded{EventId(1), first}, grouped,
                                reservation_record(1, 7), coupon_record(1, 1, 7)}));
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{CouponsPreloaded{EventId(1), second}}));
  const auto records = replay(*ledger);
  ASSERT_EQ(records.size(), 7U);
  for (const std::size_t at : {2U, 3U}) {
    EXPECT_EQ(std::get<CouponsPreloaded>(records[at]).groups, second);
  }
  EXPECT_EQ(std::get<CouponIssued>(records[5]).discount, (Discount{Discount::Kind::fixed, 300}));
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{EventReset{event_record()}}));
  EXPECT_EQ(replay(*ledger).size(), 3U) << "two events, and the groups of one";
}

TEST(SqliteLedger, NamesThePathItCannotOpen) {
  const auto ledger = SqliteLedger::open("/nonexistent/ledger.db");
  ASSERT_FALSE(ledger);
  EXPECT_THAT(ledger.error(), HasSubstr("'/nonexistent/ledger.db'"));
}

TEST(SqliteLedger, PassesOnWhatAReaderObjectsTo) {
  auto ledger = SqliteLedger::open(":memory:");
  ASSERT_TRUE(ledger->commit(std::vector<LedgerRecord>{event_record()}));
  const auto replayed =
      ledger->replay([](const LedgerRecord&) -> CommitResult { return std::unexpected("no"); });
  ASSERT_FALSE(replayed);
  EXPECT_THAT(replayed.error(), HasSubstr("no"));
}

}  // namespace
}  // namespace fairrush::server
