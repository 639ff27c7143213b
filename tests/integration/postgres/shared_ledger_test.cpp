// A ledger of several servers, over a store that they share.
#include <gmock/gmock.h>

#include "tests/integration/postgres/store_world.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

class SharedLedger : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (postgres_ == nullptr) return;
    for (auto& ledger : ledgers_) {
      auto opened = PostgresLedger::open(*parse_postgres_url(url_), LedgerSharing::shared);
      ASSERT_TRUE(opened) << opened.error();
      ledger = std::move(*opened);
    }
    EventCreated event{EventId(1), store_spec("ticket-list", "20%"), EventSecrets::generate()};
    event.secrets.coupon_key = Bytes(32, 3);
    ASSERT_TRUE(ledgers_[0]->commit(std::vector<LedgerRecord>{event}));
  }

  static ReservationGranted reservation(std::uint32_t ticket, std::uint32_t user) {
    return {EventId(1), TicketNumber(ticket), UserIndex(user), kReserving, "key"};
  }
  static CouponIssued coupon(std::uint32_t serial, std::uint32_t user) {
    return {EventId(1),       serial,      TicketNumber(serial),
            UserIndex(user),  serial,      CouponMint(Bytes(32, 3)).code(serial),
            kRushing,         "claim-key", Discount{},
            OutboxPosition(1)};
  }
  CommitResult commit(std::size_t ledger, const std::vector<LedgerRecord>& batch) {
    return ledgers_.at(ledger)->commit(batch);
  }

  std::array<std::unique_ptr<PostgresLedger>, 2> ledgers_;
};

TEST_F(SharedLedger, GivesOutPlacesInTheOutboxItself) {
  ASSERT_TRUE(commit(0, {reservation(1, 7), coupon(1, 7)}));
  ASSERT_TRUE(commit(1, {reservation(2, 8), reservation(3, 9), coupon(2, 8), coupon(3, 9)}));
  EXPECT_EQ(query("SELECT string_agg(position || ':' || user_id, ' ' ORDER BY position)"
                  " FROM outbox"),
            "1:7 2:8 3:9");
}

TEST_F(SharedLedger, TakesAFactThatIsToldAgainForTheSame) {
  ASSERT_TRUE(commit(0, {reservation(1, 7), coupon(1, 7)}));
  CouponRedeemed spent{.event = EventId(1),
                       .issue = 1,
                       .user = UserIndex(7),
                       .code = coupon(1, 7).code,
                       .order = "o",
                       .amounts = {{10}, {1}, {9}},
                       .at = kRushing,
                       .idempotency_key = "k",
                       .told_at = OutboxPosition(1)};
  ASSERT_TRUE(commit(1, {reservation(1, 7), coupon(1, 7), spent}));
  ASSERT_TRUE(commit(0, {coupon(1, 7), spent}));
  EXPECT_EQ(query("SELECT count(*) FROM outbox"), "2") << "each told once";
}

TEST_F(SharedLedger, RefusesAFactThatContradictsOneBefore) {
  ASSERT_TRUE(commit(0, {reservation(1, 7), reservation(2, 8), coupon(1, 7)}));
  const auto second_of_user = commit(1, {coupon(2, 7)});
  ASSERT_FALSE(second_of_user);
  EXPECT_THAT(second_of_user.error(), HasSubstr("a coupon contradicts one that was told before"));
  EXPECT_FALSE(commit(1, {coupon(1, 8)})) << "a coupon of somebody else's";
  EXPECT_FALSE(commit(1, {reservation(1, 9)})) << "a ticket of somebody else's";
  EXPECT_EQ(query("SELECT count(*) FROM outbox"), "1");
}

TEST_F(SharedLedger, KeepsOutAServerThatWantsItForItself) {
  const auto alone = PostgresLedger::open(*parse_postgres_url(url_), LedgerSharing::alone);
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error(), HasSubstr("in use by another server"));
}

TEST_F(SharedLedger, GivesOutPlacesBehindThoseOfAServerThatWasAlone) {
  for (auto& ledger : ledgers_) ledger.reset();
  {
    auto alone = PostgresLedger::open(*parse_postgres_url(url_), LedgerSharing::alone);
    ASSERT_TRUE(alone) << alone.error();
    CouponIssued far = coupon(1, 7);
    far.told_at = OutboxPosition(41);
    ASSERT_TRUE((*alone)->commit(std::vector<LedgerRecord>{reservation(1, 7), far}));
  }
  auto shared = PostgresLedger::open(*parse_postgres_url(url_), LedgerSharing::shared);
  ASSERT_TRUE(shared) << shared.error();
  ASSERT_TRUE((*shared)->commit(std::vector<LedgerRecord>{reservation(2, 8), coupon(2, 8)}));
  EXPECT_EQ(query("SELECT max(position) FROM outbox"), "42");
}

}  // namespace
}  // namespace fairrush::server
