#include "server/stores/redis/telling.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace fairrush::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

ReservationGranted reservation(std::uint32_t ticket, std::string key = {}) {
  return {.event = EventId(1),
          .ticket = TicketNumber(ticket),
          .user = UserIndex(100 + ticket),
          .at = from_unix_ms(5),
          .idempotency_key = std::move(key)};
}

CouponIssued coupon(std::uint32_t issue, CouponSerial serial, std::string key = {}) {
  return {.event = EventId(1),
          .issue = issue,
          .ticket = TicketNumber(issue),
          .user = UserIndex(100 + issue),
          .serial = serial,
          .code = {},
          .at = from_unix_ms(7),
          .idempotency_key = std::move(key),
          .told_at = {}};
}

EventSpec spec_of(const std::string& design, const char* quota) {
  return {.name = "e", .design = design, .quota = QuotaRule::parse(quota).value(), .windows = {}};
}

/// All arguments that a key is told by a command.
std::vector<std::string> told(const Telling& telling, std::string_view command, RedisKey key) {
  std::vector<std::string> all;
  for (const ToldPiece& piece : telling.pieces) {
    if (piece.command == command && piece.key == key) {
      all.insert(all.end(), piece.arguments.begin(), piece.arguments.end());
    }
  }
  return all;
}

std::string field(const Telling& telling, const std::string& name) {
  const auto found = std::ranges::find(telling.state, name);
  return found == telling.state.end() ? std::string() : *std::next(found);
}

Telling tell(const std::string& design, const char* quota, std::vector<LedgerRecord> facts) {
  return telling_of(*find_redis_design(design), spec_of(design, quota), facts);
}

TEST(Telling, SaysWhoHoldsWhichTicketUnderWhichKey) {
  const Telling telling = tell("ticket-list", "20%", {reservation(1, "a b"), reservation(2)});
  EXPECT_THAT(told(telling, "HSET", RedisKey::tickets), ElementsAre("101", "1 ka b", "102", "2 "));
  EXPECT_THAT(told(telling, "SET", RedisKey::active), ElementsAre("2"));
}

TEST(Telling, LeavesInTheListWhatNobodyHas) {
  const Telling telling =
      tell("ticket-list", "5", {reservation(1), reservation(2), coupon(1, 1, "k"), coupon(2, 3)});
  EXPECT_THAT(told(telling, "RPUSH", RedisKey::stock), ElementsAre("2", "4", "5"));
  EXPECT_THAT(told(telling, "RPUSH", RedisKey::given), ElementsAre("1", "3"));
  EXPECT_THAT(told(telling, "HSET", RedisKey::issued),
              ElementsAre("101", "1 1 1 0 7 kk", "102", "3 2 2 0 7 "));
  EXPECT_EQ(field(telling, "issued"), "2");
  EXPECT_EQ(field(telling, "minted"), "5");
}

TEST(Telling, CountsWhatIsLeftForADesignThatCounts) {
  const Telling telling =
      tell("stock-counter", "50%",
           {reservation(1), reservation(2), reservation(3), reservation(4), coupon(1, 1)});
  EXPECT_THAT(told(telling, "SET", RedisKey::stock), ElementsAre("1"));
  EXPECT_THAT(told(telling, "SADD", RedisKey::given), ElementsAre("101"));
}

TEST(Telling, CarriesSpentCouponsByTheirNumber) {
  CouponRedeemed spent;
  spent.issue = 1;
  spent.order = "o-1";
  spent.amounts.original = Amount{1'005};
  spent.idempotency_key = "k";
  const Telling telling = tell("preloaded-shuffle", "100%", {reservation(1), coupon(1, 1), spent});
  EXPECT_THAT(told(telling, "HSET", RedisKey::redeemed), ElementsAre("1", "o-1 1005 kk"));
  EXPECT_EQ(field(telling, "loaded"), "1") << "the queue begins behind what was given out";
}

TEST(Telling, CountsWhoWasJudgedForADesignThatDraws) {
  const Telling telling = tell(
      "batch-draw", "50%",
      {reservation(1), reservation(2), coupon(1, 1), ClaimLost{EventId(1), TicketNumber(2), {}}});
  EXPECT_THAT(told(telling, "BITFIELD", RedisKey::losers), ElementsAre("SET", "u1", "2", "1"));
  EXPECT_EQ(field(telling, "judged"), "2");
}

TEST(Telling, ComesInPiecesThatRedisCarriesOutQuickly) {
  std::vector<LedgerRecord> facts;
  for (std::uint32_t ticket = 1; ticket <= 5'000; ++ticket) facts.emplace_back(reservation(ticket));
  const Telling telling = tell("ticket-list", "100%", facts);
  for (const ToldPiece& piece : telling.pieces) EXPECT_LE(piece.arguments.size(), 602U);
  EXPECT_EQ(told(telling, "HSET", RedisKey::tickets).size(), 10'000U);
  const auto list = told(telling, "RPUSH", RedisKey::stock);
  ASSERT_EQ(list.size(), 5'000U);
  EXPECT_EQ(list.front(), "1");
  EXPECT_EQ(list.back(), "5000");
}

TEST(Telling, OfAnEventWithoutFactsIsItsFixedStock) {
  EXPECT_THAT(tell("ticket-list", "20%", {}).pieces, IsEmpty());
  EXPECT_EQ(told(tell("ticket-list", "3", {}), "RPUSH", RedisKey::stock).size(), 3U);
}

TEST(ForgottenAt, IsADayAfterTheLastCouponEnds) {
  EventSpec spec = spec_of("ticket-list", "1");
  spec.windows.claim_close = from_unix_ms(1'000);
  spec.terms.valid_for = std::chrono::hours(2);
  EXPECT_EQ(forgotten_at(spec, from_unix_ms(0)), from_unix_ms(1'000) + std::chrono::hours(26));
  const WallTime late = from_unix_ms(1'000) + std::chrono::hours(100);
  EXPECT_EQ(forgotten_at(spec, late), late + std::chrono::hours(24)) << "somebody asked again";
}

}  // namespace
}  // namespace fairrush::server
