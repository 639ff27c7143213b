#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/contract/ledger/ledgers.hpp"

namespace fairrush::contract {
namespace {

using namespace server;
using testing::HasSubstr;

constexpr std::uint32_t kLastUser = 4294967295;

EventCreated event_record(std::int64_t id = 1) {
  return {EventId(id),
          {.name = "rush-" + std::to_string(id),
           .design = "sealed-draw",
           .quota = *QuotaRule::parse("20%"),
           .windows = {from_unix_ms(1'795'302'000'010), from_unix_ms(1'795'302'000'020),
                       from_unix_ms(1'795'302'000'030), from_unix_ms(1'795'302'000'041)},
           .terms = {.valid_for = std::chrono::milliseconds(77),
                     .amount_min = {500},
                     .discount = {Discount::Kind::fixed, 300}}},
          {.salt = Bytes(32, 1), .draw = Bytes(32, 2), .coupon_key = Bytes(32, 3)}};
}

ReservationGranted reservation_record(std::uint32_t ticket, std::uint32_t user) {
  return {EventId(1), TicketNumber(ticket), UserIndex(user), from_unix_ms(1'795'302'000'015),
          "key"};
}

CouponIssued coupon_record(std::uint32_t issue, std::uint32_t ticket, std::uint32_t user) {
  return {EventId(1),
          issue,
          TicketNumber(ticket),
          UserIndex(user),
          ticket,
          CouponMint(Bytes(32, 3)).code(ticket),
          from_unix_ms(1'795'302'000'035),
          "claim-key",
          Discount{Discount::Kind::percent, 33},
          OutboxPosition(issue)};
}

CouponRedeemed redemption_record(const CouponIssued& coupon, std::uint64_t told_at) {
  return {.event = coupon.event,
          .issue = coupon.issue,
          .user = coupon.user,
          .code = coupon.code,
          .order = "order-1",
          .amounts = {{1000}, {150}, {850}},
          .at = from_unix_ms(1'795'302'000'036),
          .idempotency_key = "k",
          .told_at = OutboxPosition(told_at)};
}

using Batch = std::vector<LedgerRecord>;

class LedgerContract : public testing::TestWithParam<LedgerKind> {
 protected:
  void SetUp() override {
    if (!GetParam().available()) GTEST_SKIP() << GetParam().name << " is not installed";
    place_ = GetParam().make_place();
    reopen();
  }

  void reopen() {
    ledger_.reset();
    auto opened = place_->open();
    ASSERT_TRUE(opened) << opened.error();
    ledger_ = std::move(*opened);
  }

  void commit(const Batch& batch) {
    const auto done = ledger_->commit(batch);
    EXPECT_TRUE(done) << done.error();
  }

  Batch replay() {
    Batch records;
    const auto done = ledger_->replay([&records](const LedgerRecord& record) -> CommitResult {
      records.push_back(record);
      return {};
    });
    EXPECT_TRUE(done) << done.error();
    return records;
  }

  std::unique_ptr<LedgerPlace> place_;
  std::unique_ptr<Ledger> ledger_;
};

INSTANTIATE_TEST_SUITE_P(All, LedgerContract, testing::ValuesIn(ledger_kinds()),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(LedgerContract, GivesBackAfterReopeningWhatWasCommitted) {
  commit({event_record(), reservation_record(1, kLastUser), DrawFixed{EventId(1), Digest{9}, 1, 1},
          coupon_record(1, 1, kLastUser)});
  reopen();
  const auto records = replay();
  ASSERT_EQ(records.size(), 5U);
  const auto& event = std::get<EventCreated>(records[0]);
  EXPECT_EQ(event.spec.windows, event_record().spec.windows);
  EXPECT_EQ(event.spec.terms, event_record().spec.terms);
  EXPECT_EQ(event.spec.pacing, event_record().spec.pacing);
  EXPECT_EQ(event.spec.quota, event_record().spec.quota);
  EXPECT_EQ(event.secrets.salt, Bytes(32, 1));
  EXPECT_EQ(event.secrets.draw, Bytes(32, 2));
  EXPECT_EQ(event.secrets.coupon_key, Bytes(32, 3));
  const auto& reservation = std::get<ReservationGranted>(records[1]);
  EXPECT_EQ(reservation.user, UserIndex(kLastUser));
  EXPECT_EQ(reservation.idempotency_key, "key");
  EXPECT_EQ(reservation.at, reservation_record(1, 0).at);
  EXPECT_EQ(std::get<DrawFixed>(records[2]).root, Digest{9});
  const auto& coupon = std::get<CouponIssued>(records[3]);
  EXPECT_EQ(coupon.code, CouponMint(Bytes(32, 3)).code(1));
  EXPECT_EQ(coupon.at, coupon_record(1, 1, 0).at);
  EXPECT_EQ(coupon.idempotency_key, "claim-key");
  EXPECT_EQ(coupon.discount, (Discount{Discount::Kind::percent, 33}));
  EXPECT_EQ(std::get<BusMessage>(records[4]), message_of(coupon_record(1, 1, kLastUser)));
}

TEST_P(LedgerContract, TakesABatchWholeOrNotAtAll) {
  commit({event_record()});
  // The same user twice: the table's own constraint refuses the second.
  EXPECT_FALSE(ledger_->commit(Batch{reservation_record(1, 7), reservation_record(2, 7)}));
  reopen();
  EXPECT_EQ(replay().size(), 1U);
  commit({reservation_record(1, 7)});
}

TEST_P(LedgerContract, RefusesWhatNoSoundServerWrites) {
  commit({event_record(), reservation_record(1, 7), reservation_record(2, 8),
          reservation_record(3, 9), coupon_record(1, 1, 7)});
  const auto refuses = [this](const LedgerRecord& record, const char* what) {
    EXPECT_FALSE(ledger_->commit(Batch{record})) << what;
    reopen();
  };
  CouponIssued second_of_user = coupon_record(2, 2, 7);
  refuses(second_of_user, "a second coupon for a user");
  CouponIssued same_code = coupon_record(2, 1, 8);
  refuses(same_code, "a coupon given out twice");
  CouponIssued same_issue = coupon_record(1, 2, 8);
  same_issue.told_at = OutboxPosition(9);
  refuses(same_issue, "a number of issue given twice");
  refuses(coupon_record(2, 4, 10), "a coupon for a ticket that nobody holds");
  refuses(reservation_record(3, 10), "a ticket of two users");
  refuses(ClaimLost{EventId(1), TicketNumber(4), ""}, "a loss of a ticket that nobody holds");
  refuses(redemption_record(coupon_record(2, 2, 8), 9), "a coupon spent that was not given out");
  CouponRedeemed too_much = redemption_record(coupon_record(1, 1, 7), 9);
  too_much.amounts.discount = {1001};
  refuses(too_much, "more taken off than there is");
  EXPECT_EQ(replay().size(), 6U) << "nothing of all that is left";
}

TEST_P(LedgerContract, ForgetsAnEventsPastAtItsReset) {
  EventCreated renewed = event_record();
  renewed.secrets.draw = Bytes(32, 9);
  commit({event_record(), event_record(2), reservation_record(1, 7), reservation_record(2, 8),
          DrawFixed{EventId(1), Digest{9}, 2, 1}, coupon_record(1, 1, 7),
          ClaimLost{EventId(1), TicketNumber(2), "x"}, redemption_record(coupon_record(1, 1, 7), 2),
          AuditHeard{message_of(coupon_record(1, 1, 7))}});
  commit({EventReset{renewed}, reservation_record(1, 8)});
  const auto records = replay();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(std::get<EventCreated>(records[0]).secrets.draw, Bytes(32, 9));
  EXPECT_EQ(std::get<EventCreated>(records[1]).spec.name, "rush-2");
  EXPECT_EQ(std::get<ReservationGranted>(records[2]).user, UserIndex(8));
}

TEST_P(LedgerContract, KeepsTheLastGroupsOfAnEvent) {
  const CouponGroups first{{"all", {Discount::Kind::percent, 5}, kWhole}};
  const CouponGroups last{{"few", {Discount::Kind::fixed, 9000}, Allocation(1234)},
                          {"many", {Discount::Kind::percent, 5}, Allocation(8766)}};
  EventCreated grouped = event_record();
  grouped.spec.groups = first;
  commit({grouped, event_record(2)});
  EXPECT_EQ(std::get<CouponsPreloaded>(replay().at(2)).groups, first);
  commit({CouponsPreloaded{EventId(1), last}, CouponsPreloaded{EventId(2), first}});
  const auto records = replay();
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(std::get<CouponsPreloaded>(records[2]).groups, last);
  EXPECT_EQ(std::get<CouponsPreloaded>(records[3]).event, EventId(2));
  EventCreated renewed = event_record();
  renewed.spec.groups = last;
  commit({EventReset{renewed}});
  EXPECT_EQ(std::get<CouponsPreloaded>(replay().at(2)).groups, last);
}

TEST_P(LedgerContract, KeepsTheKeyOfTheLastBeginningOnly) {
  EventCreated created = event_record();
  created.begun_under = {AdminKey::Route::create, "first"};
  commit({created});
  EXPECT_EQ(std::get<EventCreated>(replay().at(0)).begun_under, created.begun_under);
  created.begun_under = {AdminKey::Route::reset, "second"};
  commit({EventReset{created}});
  EXPECT_EQ(std::get<EventCreated>(replay().at(0)).begun_under, created.begun_under);
  created.begun_under = {};
  commit({EventReset{created}});
  EXPECT_EQ(std::get<EventCreated>(replay().at(0)).begun_under, AdminKey());
}

TEST_P(LedgerContract, BelongsToOneServerAtATime) {
  const auto second = place_->open();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("in use by another server"));
}

TEST_P(LedgerContract, WritesAFactAndItsMessageTogetherOrNotAtAll) {
  const CouponIssued coupon = coupon_record(1, 1, 7);
  commit({event_record(), reservation_record(1, 7), coupon});
  EXPECT_EQ(replay().size(), 4U);
  EXPECT_FALSE(ledger_->commit(Batch{redemption_record(coupon, 1)})) << "the place is taken";
  reopen();
  EXPECT_EQ(replay().size(), 4U) << "no redemption without its message";
  commit({redemption_record(coupon, 2)});
  const auto records = replay();
  ASSERT_EQ(records.size(), 6U);
  const auto& spent = std::get<CouponRedeemed>(records[3]);
  EXPECT_EQ(spent.amounts, redemption_record(coupon, 2).amounts);
  EXPECT_EQ(spent.order, "order-1");
  EXPECT_EQ(spent.at, redemption_record(coupon, 2).at);
  EXPECT_EQ(std::get<BusMessage>(records[5]), message_of(redemption_record(coupon, 2)));
  EXPECT_FALSE(ledger_->commit(Batch{redemption_record(coupon, 3)})) << "it is spent";
}

TEST_P(LedgerContract, KeepsHowFarTheOutboxWasPublishedAndWhatTheAuditHeard) {
  const BusMessage message = message_of(coupon_record(1, 1, 7));
  commit({event_record(), reservation_record(1, 7), coupon_record(1, 1, 7), AuditHeard{message},
          OutboxPublished{OutboxPosition(1)}, AuditHeard{message}});
  const auto records = replay();
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(std::get<OutboxPublished>(records[3]).up_to, OutboxPosition(1));
  EXPECT_EQ(std::get<BusMessage>(records[4]), message);
  EXPECT_EQ(std::get<AuditHeard>(records[5]).message, message);
  EXPECT_EQ(std::get<AuditHeard>(records[6]).message, message);
}

TEST_P(LedgerContract, KeepsKeysOfWhateverBytes) {
  std::string key;
  for (int byte = 1; byte < 256; ++byte) key += static_cast<char>(byte);
  key += R"({"a",\'b'; DROP TABLE coupons; -- %41)";
  ReservationGranted reservation = reservation_record(1, 7);
  reservation.idempotency_key = key;
  commit({event_record(), reservation});
  EXPECT_EQ(std::get<ReservationGranted>(replay().at(1)).idempotency_key, key);
}

TEST_P(LedgerContract, ListsCouponsInTheOrderOfIssue) {
  Batch batch{event_record()};
  for (std::uint32_t ticket = 1; ticket <= 500; ++ticket) {
    batch.emplace_back(reservation_record(ticket, 1000 + ticket));
    batch.emplace_back(coupon_record(ticket, ticket, 1000 + ticket));
  }
  commit(batch);
  const auto issues = ledger_->issues(EventId(1));
  ASSERT_TRUE(issues) << issues.error();
  ASSERT_EQ(issues->size(), 500U);
  for (std::uint32_t index = 0; index < 500; ++index) {
    EXPECT_EQ(issues->at(index).user, UserIndex(1001 + index));
  }
  EXPECT_EQ(issues->front().at, coupon_record(1, 1, 7).at);
  EXPECT_THAT(*ledger_->issues(EventId(2)), testing::IsEmpty());
}

TEST_P(LedgerContract, PassesOnWhatAReaderObjectsTo) {
  commit({event_record()});
  const auto replayed =
      ledger_->replay([](const LedgerRecord&) -> CommitResult { return std::unexpected("no"); });
  ASSERT_FALSE(replayed);
  EXPECT_THAT(replayed.error(), HasSubstr("no"));
}

}  // namespace
}  // namespace fairrush::contract
