#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

Sent by(std::uint32_t user, std::string key = {}) {
  return {.user = user, .key = std::move(key), .admin = false, .body = {}};
}

class ReservationTest : public testing::Test {
 protected:
  ReservationTest() { world_.create_event("sealed-draw"); }
  World world_;
};

TEST_F(ReservationTest, GivesATicketAndAToken) {
  world_.enter_reservations();
  const auto call = world_.post(kReservations, by(7));
  EXPECT_EQ(call->status(), 201U);
  EXPECT_EQ(call->member("ticket"), "1");
  EXPECT_EQ(call->member("token").size(), 32U);
}

TEST_F(ReservationTest, IsRefusedOutsideItsWindow) {
  EXPECT_EQ(world_.post(kReservations, by(7))->code(), "NOT_IN_ACTIVE_TIME");
  world_.advance(std::chrono::seconds(1) - Duration(1));
  EXPECT_EQ(world_.post(kReservations, by(7))->status(), 403U);
  world_.advance(Duration(1));
  EXPECT_EQ(world_.post(kReservations, by(7))->status(), 201U) << "open ≤ t";
  world_.advance(std::chrono::seconds(1));
  EXPECT_EQ(world_.post(kReservations, by(8))->code(), "NOT_IN_ACTIVE_TIME") << "t < close";
}

TEST_F(ReservationTest, StaysClosedWhenTheWallClockIsSetBack) {
  world_.enter_reservations();
  world_.post(kReservations, by(7));
  world_.advance(std::chrono::seconds(1));
  world_.app().tick();
  world_.advance(std::chrono::milliseconds(-500));
  EXPECT_EQ(world_.post(kReservations, by(8))->code(), "NOT_IN_ACTIVE_TIME");
}

TEST_F(ReservationTest, SaysWhatAUserHoldsAlready) {
  world_.enter_reservations();
  const auto first = world_.post(kReservations, by(7));
  const auto second = world_.post(kReservations, by(7));
  EXPECT_EQ(second->status(), 409U);
  EXPECT_EQ(second->code(), "ERROR_DUPLICATED_RESERVATION");
  EXPECT_EQ(second->member("ticket"), first->member("ticket"));
  EXPECT_EQ(second->member("token"), first->member("token"));
}

TEST_F(ReservationTest, IsAnsweredTheSameUnderTheSameKeyEvenLater) {
  world_.enter_reservations();
  const auto first = world_.post(kReservations, by(7, "a"));
  world_.post(kReservations, by(8, "b"));
  const auto again = world_.post(kReservations, by(7, "a"));
  EXPECT_EQ(again->status(), 201U);
  EXPECT_EQ(again->body(), first->body());
  EXPECT_EQ(world_.post(kReservations, by(7, "c"))->status(), 409U) << "another key";
  EXPECT_EQ(world_.post(kReservations, by(8, "a"))->status(), 409U) << "another user's key";
  world_.enter_rush();
  EXPECT_EQ(world_.post(kReservations, by(7, "a"))->body(), first->body());
}

TEST_F(ReservationTest, StaysKnownAfterItsWindow) {
  world_.enter_reservations();
  const auto first = world_.post(kReservations, by(7));
  world_.enter_rush();
  const auto late = world_.post(kReservations, by(7));
  EXPECT_EQ(late->code(), "ERROR_DUPLICATED_RESERVATION");
  EXPECT_EQ(late->member("ticket"), first->member("ticket"));
  EXPECT_EQ(late->member("token"), first->member("token"));
  EXPECT_EQ(world_.post(kReservations, by(8))->code(), "NOT_IN_ACTIVE_TIME") << "holds none";
}

TEST_F(ReservationTest, IsNotAnsweredBeforeItIsDurable) {
  world_.enter_reservations();
  const auto call = world_.send(Method::post, kReservations, by(7, "a"));
  const auto retry = world_.send(Method::post, kReservations, by(7, "a"));
  const auto duplicate = world_.send(Method::post, kReservations, by(7));
  EXPECT_FALSE(call->answered());
  EXPECT_FALSE(retry->answered()) << "a replay must not run ahead of its original";
  EXPECT_FALSE(duplicate->answered());
  world_.settle();
  EXPECT_TRUE(call->answered() && retry->answered() && duplicate->answered());
}

TEST_F(ReservationTest, NeedsAUserThatIsAnIndex) {
  world_.enter_reservations();
  EXPECT_EQ(world_.post(kReservations)->code(), "UNAUTHORIZED");
  EXPECT_TRUE(world_.post(kReservations)->response.challenges);
  auto call = world_.send(Method::post, kReservations, by(4294967295));
  world_.settle();
  EXPECT_EQ(call->status(), 201U);
}

TEST_F(ReservationTest, RefusesAKeyThatIsTooLong) {
  world_.enter_reservations();
  EXPECT_EQ(world_.post(kReservations, by(7, std::string(65, 'k')))->code(), "BAD_REQUEST");
  EXPECT_EQ(world_.post(kReservations, by(7, std::string(64, 'k')))->status(), 201U);
}

TEST_F(ReservationTest, NeedsAnEventThatExists) {
  const auto call = world_.post("/api/v1/events/other/reservations", by(7));
  EXPECT_EQ(call->status(), 404U);
  EXPECT_EQ(call->code(), "UNKNOWN_EVENT");
}

TEST(ReservationAcknowledgedWhenDecided, IsAnsweredBeforeItIsDurable) {
  World world(":memory:", Acknowledge::decided);
  world.create_event("ticket-list");
  world.enter_reservations();
  EXPECT_TRUE(world.send(Method::post, kReservations, by(7))->answered());
  world.settle();
}

}  // namespace
}  // namespace fairrush::server
