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

CouponIssued issue(std::uint32_t number, std::uint32_t user) {
  CouponIssued fact;
  fact.issue = number;
  fact.user = UserIndex(user);
  return fact;
}

TEST(KnownFacts, SayThatAllIsWonOnceEveryCouponWasSeen) {
  KnownFacts known;
  for (const std::uint32_t ticket : {1U, 2U, 3U}) known.note(reservation(ticket));
  EXPECT_TRUE(known.all_won(3, 0));
  EXPECT_FALSE(known.all_won(3, 2));
  known.note(issue(1, 2));
  known.note(issue(1, 2));
  EXPECT_FALSE(known.all_won(3, 2)) << "the same coupon, heard of twice";
  known.note(issue(2, 3));
  EXPECT_TRUE(known.all_won(3, 2));
  EXPECT_EQ(known.standing_of(UserIndex(1)), KnownFacts::Standing::reserved);
  EXPECT_EQ(known.standing_of(UserIndex(3)), KnownFacts::Standing::won);
  EXPECT_EQ(known.standing_of(UserIndex(9)), KnownFacts::Standing::unknown);
}

TEST(KnownFacts, SayNothingOfTheWholeWhereAPartWasNotSeen) {
  KnownFacts known;
  for (const std::uint32_t ticket : {1U, 3U}) known.note(reservation(ticket));
  known.note(issue(2, 3));
  EXPECT_FALSE(known.all_won(3, 1)) << "a reservation is missing";
  EXPECT_FALSE(known.all_won(2, 2)) << "a coupon is missing";
}

}  // namespace
}  // namespace fairrush::server
