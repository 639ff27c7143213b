#include "server/domain/roster.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>

namespace fairrush::server {
namespace {

TEST(Roster, NumbersTicketsFromOneInTheOrderOfAdmission) {
  Roster roster(Bytes(32, 1));
  EXPECT_EQ(roster.admit(UserIndex(9)), TicketNumber(1));
  EXPECT_EQ(roster.admit(UserIndex(4)), TicketNumber(2));
  EXPECT_EQ(roster.ticket_of(UserIndex(9)), TicketNumber(1));
  EXPECT_EQ(roster.user_of(TicketNumber(2)), UserIndex(4));
  EXPECT_EQ(roster.size(), 2U);
}

TEST(Roster, KnowsNobodyWhoWasNotAdmitted) {
  Roster roster(Bytes(32, 1));
  EXPECT_FALSE(roster.ticket_of(UserIndex(0)));
  roster.admit(UserIndex(1));
  EXPECT_FALSE(roster.ticket_of(UserIndex(0)));
}

TEST(Roster, TakesTheFirstAndTheLastUserIndexThereIs) {
  constexpr UserIndex kLast(std::numeric_limits<std::uint32_t>::max());
  Roster roster(Bytes(32, 1));
  roster.admit(kLast);
  roster.admit(UserIndex(0));
  EXPECT_EQ(roster.ticket_of(kLast), TicketNumber(1));
  EXPECT_EQ(roster.ticket_of(UserIndex(0)), TicketNumber(2));
}

TEST(Roster, AgreesWithAMapOverASparsePopulation) {
  Roster roster(Bytes(32, 1));
  std::map<std::uint32_t, std::uint32_t> model;
  std::mt19937 random(5);
  for (int step = 0; step < 20'000; ++step) {
    const std::uint32_t user = static_cast<std::uint32_t>(random()) & 0xffff00ff;
    const auto known = model.find(user);
    const auto ticket = roster.ticket_of(UserIndex(user));
    ASSERT_EQ(ticket.has_value(), known != model.end());
    if (ticket) {
      ASSERT_EQ(ticket->value(), known->second);
    } else {
      model[user] = roster.admit(UserIndex(user)).value();
    }
  }
}

TEST(Roster, FindsDenseUsersAndOthersBesideThem) {
  Roster roster(Bytes(32, 1));
  roster.expect_dense(3);
  EXPECT_FALSE(roster.ticket_of(UserIndex(2)));
  for (const std::uint32_t user : {2U, 3U, 4'000'000'000U, 0U}) roster.admit(UserIndex(user));
  EXPECT_EQ(roster.ticket_of(UserIndex(2)), TicketNumber(1));
  EXPECT_EQ(roster.ticket_of(UserIndex(3)), TicketNumber(2));
  EXPECT_EQ(roster.ticket_of(UserIndex(4'000'000'000)), TicketNumber(3));
  EXPECT_EQ(roster.ticket_of(UserIndex(0)), TicketNumber(4));
  EXPECT_FALSE(roster.ticket_of(UserIndex(1)));
}

TEST(Token, IsTheKeyedHashOfTheUserInDecimal) {
  const Bytes salt(32, 1);
  const Digest mac = HmacSha256(salt)({bytes_of("4294967295")});
  const Token token = token_of(UserIndex(4294967295), HmacSha256(salt));
  EXPECT_EQ(to_hex(token), to_hex(mac).substr(0, 32));
}

}  // namespace
}  // namespace fairrush::server
