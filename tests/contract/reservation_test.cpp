#include <set>

#include "tests/contract/contract_world.hpp"

namespace fairrush::contract {
namespace {

class ReservationContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    if (IsSkipped()) return;
    create_event(QuotaRule::of_share(Share{0.2}));
  }
};

TEST_P(ReservationContract, GivesEveryUserATicketOfTheirOwn) {
  std::vector<Reservation> answers;
  for (std::uint32_t user = 0; user < 300; ++user) answers.push_back(send_reservation(by(user)));
  settle();
  std::set<TicketNumber> tickets;
  for (const Reservation& answer : answers) {
    EXPECT_FALSE((*answer)->refusal);
    tickets.insert((*answer)->ticket);
  }
  EXPECT_EQ(tickets.size(), 300U);
  EXPECT_EQ(*tickets.begin(), TicketNumber(1));
  EXPECT_EQ(*tickets.rbegin(), TicketNumber(300)) << "numbers without gaps";
  EXPECT_EQ(counts().first, 300U);
}

TEST_P(ReservationContract, IsRepeatedUnderItsKeyAndRefusedUnderAnother) {
  const ReservationAnswer first = reserve(7, "a");
  const ReservationAnswer again = reserve(7, "a");
  EXPECT_FALSE(again.refusal);
  EXPECT_EQ(again.ticket, first.ticket);
  EXPECT_EQ(again.token, first.token);
  for (const char* const key : {"b", ""}) {
    const ReservationAnswer other = reserve(7, key);
    EXPECT_EQ(other.refusal, ErrorCode::duplicated_reservation);
    EXPECT_EQ(other.ticket, first.ticket);
    EXPECT_EQ(other.token, first.token);
  }
  EXPECT_EQ(counts().first, 1U);
}

TEST_P(ReservationContract, GivesOneTicketForADoubleClick) {
  const Reservation first = send_reservation(by(7, "left"));
  const Reservation second = send_reservation(by(7, "left"));
  const Reservation third = send_reservation(by(7, "right"));
  settle();
  EXPECT_FALSE((*first)->refusal);
  EXPECT_FALSE((*second)->refusal);
  EXPECT_EQ((*third)->refusal, ErrorCode::duplicated_reservation);
  EXPECT_EQ((*first)->ticket, (*third)->ticket);
  EXPECT_EQ(counts().first, 1U);
}

TEST_P(ReservationContract, KeepsItsWindowToTheNanosecond) {
  const auto at = [this](WallTime time, std::uint32_t user) {
    UserRequest request = by(user, "edge");
    request.at = time;
    const Reservation answer = send_reservation(request);
    settle();
    return (*answer)->refusal;
  };
  EXPECT_EQ(at(windows_.reserve_open - Duration(1), 1), ErrorCode::not_in_active_time);
  EXPECT_EQ(at(windows_.reserve_open, 2), std::nullopt);
  move_to(windows_.reserve_close - std::chrono::seconds(1));
  EXPECT_EQ(at(windows_.reserve_close - std::chrono::seconds(1), 3), std::nullopt);
  move_to(windows_.reserve_close);
  EXPECT_EQ(at(windows_.reserve_close, 4), ErrorCode::not_in_active_time);
  EXPECT_EQ(at(windows_.reserve_close, 3), std::nullopt) << "a ticket is told again for ever";
  EXPECT_EQ(counts().first, 2U);
}

TEST_P(ReservationContract, BelongsToUsersOfAnyNumber) {
  EXPECT_FALSE(reserve(4'294'967'295U).refusal);
  EXPECT_FALSE(reserve(0).refusal);
  EXPECT_EQ(counts().first, 2U);
}

TEST_P(ReservationContract, TakesAKeyOfAnyBytesForAKey) {
  const std::string hostile("x 7 9\r\n' .. redis.call('FLUSHALL') .. '\"%d+\0end", 48);
  const ReservationAnswer first = reserve(7, hostile);
  EXPECT_FALSE(first.refusal);
  const ReservationAnswer again = reserve(7, hostile);
  EXPECT_FALSE(again.refusal);
  EXPECT_EQ(again.ticket, first.ticket);
}

INSTANTIATE_TEST_SUITE_P(All, ReservationContract, testing::ValuesIn(contract_rows()), row_name);

}  // namespace
}  // namespace fairrush::contract
