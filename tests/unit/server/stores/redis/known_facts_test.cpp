#include "server/stores/redis/known_facts.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

ReservationGranted reservation(std::uint32_t ticket) {
  return {.event = EventId(1),
          .ticket = TicketNumber(ticket),
          .user = UserIndex(ticket),
          .at = {},
          .idempotency_key = {}};
}

CouponRedeemed redemption(std::uint32_t issue) {
  CouponRedeemed fact;
  fact.issue = issue;
  return fact;
}

TEST(KnownFacts, TakeEachDecisionOnceHoweverOftenItIsHeardOf) {
  KnownFacts known;
  EXPECT_TRUE(known.note(reservation(1)));
  EXPECT_TRUE(known.note(reservation(2)));
  EXPECT_FALSE(known.note(reservation(1)));
  EXPECT_FALSE(known.note(reservation(2)));
  EXPECT_TRUE(known.note(reservation(3)));
  EXPECT_EQ(known.tickets(), 3U);
}

TEST(KnownFacts, TakeRedemptionsAndLossesInAnyOrder) {
  KnownFacts known;
  EXPECT_TRUE(known.note(redemption(9)));
  EXPECT_TRUE(known.note(redemption(2)));
  EXPECT_FALSE(known.note(redemption(9)));
  const ClaimLost lost{EventId(1), TicketNumber(5), {}};
  EXPECT_TRUE(known.note(lost));
  EXPECT_FALSE(known.note(lost));
}

}  // namespace
}  // namespace fairrush::server
