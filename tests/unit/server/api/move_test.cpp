// Events that an administrator opens and closes by hand.
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

constexpr const char* kEvent = "/api/v1/events/rush";
constexpr const char* kActivate = "/api/v1/events/rush/activate";
constexpr const char* kClose = "/api/v1/events/rush/close";
const Sent kAdmin{.admin = true};

constexpr WallTime kNoon{std::chrono::hours(12)};
EventWindows minutes_from_noon() {
  using std::chrono::minutes;
  return {kNoon, kNoon + minutes(4), kNoon + minutes(5), kNoon + minutes(6)};
}

TEST(MovedWindows, OpenClaimsForAsLongAsTheyWouldHaveBeenOpen) {
  const WallTime now = kNoon + std::chrono::minutes(2);
  const auto windows = moved(minutes_from_noon(), Move::open_claims, now);
  ASSERT_TRUE(windows);
  EXPECT_EQ(windows->reserve_close, now);
  EXPECT_EQ(windows->claim_open, now);
  EXPECT_EQ(windows->claim_close, now + std::chrono::minutes(1));
}

TEST(MovedWindows, KeepTheirOrderWheneverTheyAreMoved) {
  const EventWindows windows = minutes_from_noon();
  for (auto now = kNoon - std::chrono::minutes(2); now < kNoon + std::chrono::minutes(8);
       now += std::chrono::milliseconds(997)) {
    for (const Move move : {Move::open_claims, Move::close}) {
      const auto after = moved(windows, move, now);
      if (!after) continue;
      EXPECT_TRUE(check_order(*after));
      if (move == Move::close) EXPECT_EQ(phase_at(*after, now), Phase::closed);
      if (move == Move::open_claims) EXPECT_EQ(phase_at(*after, now), Phase::rushing);
    }
  }
  EXPECT_EQ(phase_at(*moved(windows, Move::open_claims, kNoon), kNoon), Phase::rushing);
}

TEST(MovedWindows, AreNotThoseOfAnEventWithoutReservationsOrAfterItsEnd) {
  EXPECT_FALSE(moved(minutes_from_noon(), Move::open_claims, kNoon - std::chrono::seconds(1)));
  EXPECT_FALSE(moved(minutes_from_noon(), Move::open_claims, kNoon + std::chrono::minutes(6)));
}

class MoveTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { world_.create_event(GetParam(), "1"); }

  World world_;
};

TEST_P(MoveTest, OpensClaimsWhileReservationsAreOpen) {
  world_.enter_reservations();
  world_.post(kReservations, {.user = 1});
  EXPECT_EQ(world_.post(kClaims, {.user = 1})->code(), "NOT_IN_ACTIVE_TIME");
  const auto moved_event = world_.post(kActivate, kAdmin);
  EXPECT_EQ(moved_event->status(), 200U);
  EXPECT_EQ(moved_event->member("phase"), "rushing");
  EXPECT_EQ(world_.post(kReservations, {.user = 2})->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(world_.post(kClaims, {.user = 1})->status(), 200U);
  EXPECT_EQ(world_.post(kActivate, kAdmin)->status(), 200U) << "a second time changes nothing";
}

TEST_P(MoveTest, ClosesWhatIsOpenAndKeepsWhatWasGiven) {
  world_.fill(1);
  const std::string coupon = world_.post(kClaims, {.user = 0})->member("coupon");
  EXPECT_FALSE(coupon.empty());
  EXPECT_EQ(world_.post(kClose, kAdmin)->member("phase"), "closed");
  EXPECT_EQ(world_.post(kClaims, {.user = 5})->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(world_.post(kClaims, {.user = 0})->member("coupon"), coupon) << "heard again";
  EXPECT_EQ(world_.post(kClose, kAdmin)->status(), 200U);
  world_.elapse(std::chrono::milliseconds(10));
  EXPECT_EQ(world_.get(kEvent)->member("drained"), "true");
}

INSTANTIATE_TEST_SUITE_P(Designs, MoveTest, testing::Values("sealed-draw", "ticket-list"),
                         [](const auto& info) {
                           return info.param == "sealed-draw" ? "SealedDraw" : "TicketList";
                         });

TEST(MovedEvent, IsForTheAdministratorAlone) {
  World world;
  world.create_event("ticket-list");
  world.enter_reservations();
  for (const char* route : {kActivate, kClose}) {
    EXPECT_EQ(world.post(route, {.user = 1})->status(), 401U);
  }
  EXPECT_EQ(world.get(kEvent)->member("phase"), "reserving");
  EXPECT_EQ(world.post("/api/v1/events/none/close", kAdmin)->code(), "UNKNOWN_EVENT");
}

TEST(MovedEvent, IsNotOpenedBeforeItTakesReservations) {
  World world;
  world.create_event("ticket-list");
  EXPECT_EQ(world.post(kActivate, kAdmin)->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(world.post(kClose, kAdmin)->member("phase"), "closed") << "but it can be called off";
}

TEST(MovedEvent, StaysMovedAfterARestart) {
  TemporaryDirectory directory;
  std::string close_ms;
  {
    World world(directory.file("ledger"));
    world.create_event("ticket-list");
    world.fill(5);
    close_ms = world.post(kClose, kAdmin)->member("claim_close_ms");
  }
  World world(directory.file("ledger"));
  EXPECT_EQ(world.get(kEvent)->member("claim_close_ms"), close_ms);
}

TEST(WarmUp, WritesToTheLedgerBeforeAnybodyNeedsIt) {
  World world;
  const auto commits = [&world] {
    const std::string text = world.get("/metrics")->body();
    const std::size_t place = text.find("\nfairrush_ledger_commits_total ");
    return text.substr(place, text.find('\n', place + 1) - place);
  };
  world.create_event("ticket-list");
  EXPECT_EQ(world.get(kEvent)->member("phase"), "warming");
  EXPECT_TRUE(commits().ends_with(" 1")) << commits();
  world.elapse(std::chrono::milliseconds(1));
  world.elapse(std::chrono::milliseconds(1));
  EXPECT_TRUE(commits().ends_with(" 2")) << commits();
}

TEST(WarmUp, FindsALedgerThatTakesNothing) {
  World world;
  world.create_event("ticket-list");
  world.fail_next_batch();
  world.elapse(std::chrono::milliseconds(1));
  EXPECT_EQ(world.get("/readyz")->code(), "LEDGER_UNAVAILABLE");
}

}  // namespace
}  // namespace fairrush::server
