#include "server/designs/first_come/ticket_list.hpp"

#include <gtest/gtest.h>

namespace fairrush::server {
namespace {

EventSpec spec_of(const char* quota) {
  return {
      .name = "rush", .design = "ticket-list", .quota = *QuotaRule::parse(quota), .windows = {}};
}

void grant(TicketList& design, std::uint32_t tickets) {
  for (std::uint32_t ticket = 1; ticket <= tickets; ++ticket)
    design.granted({TicketNumber(ticket)});
}

TEST(TicketList, MintsACouponWithEveryFifthTicket) {
  TicketList design(spec_of("20%"), {});
  for (std::uint32_t ticket = 1; ticket <= 23; ++ticket) {
    design.granted({TicketNumber(ticket)});
    EXPECT_EQ(design.quota(), ticket / 5);
  }
}

TEST(TicketList, MintsAFixedNumberAtOnce) {
  EXPECT_EQ(TicketList(spec_of("3"), {}).quota(), 3U);
}

TEST(TicketList, GivesCouponsToTheFirstClaimsWhateverTheirTickets) {
  TicketList design(spec_of("20%"), {});
  grant(design, 10);
  EXPECT_EQ(design.decide(TicketNumber(9), {}).kind, Decision::Kind::won);
  EXPECT_EQ(design.decide(TicketNumber(2), {}).kind, Decision::Kind::won);
  EXPECT_EQ(design.decide(TicketNumber(5), {}).kind, Decision::Kind::lost);
  EXPECT_EQ(design.decide(TicketNumber(1), {}).kind, Decision::Kind::lost);
  EXPECT_EQ(design.loss(), ErrorCode::sold_out);
}

TEST(TicketList, PopsSerialsInOrder) {
  TicketList design(spec_of("2"), {});
  grant(design, 2);
  EXPECT_EQ(design.decide(TicketNumber(2), {}).serial, 1U);
  EXPECT_EQ(design.decide(TicketNumber(1), {}).serial, 2U);
}

TEST(TicketList, SellsNothingWhenTheRosterEarnsNothing) {
  TicketList design(spec_of("20%"), {});
  grant(design, 4);
  EXPECT_EQ(design.decide(TicketNumber(1), {}).kind, Decision::Kind::lost);
}

TEST(TicketList, GoesOnWhereItStoppedBeforeARestart) {
  TicketList design(spec_of("20%"), {});
  grant(design, 10);
  EXPECT_TRUE(design.recall(TicketNumber(7), 1));
  EXPECT_EQ(design.decide(TicketNumber(8), {}).serial, 2U);
  EXPECT_EQ(design.decide(TicketNumber(9), {}).kind, Decision::Kind::lost);
}

TEST(TicketList, DoesNotRecallWhatItCannotHaveSold) {
  TicketList design(spec_of("20%"), {});
  grant(design, 5);
  EXPECT_FALSE(design.recall(TicketNumber(1), 2));
  EXPECT_TRUE(design.recall(TicketNumber(1), 1));
  EXPECT_FALSE(design.recall(TicketNumber(2), 2)) << "one more than was minted";
}

}  // namespace
}  // namespace fairrush::server
