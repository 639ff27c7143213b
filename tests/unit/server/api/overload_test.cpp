// What a client meets when more comes than the server can do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using State = CircuitBreaker::State;

Sent by(std::uint32_t user, std::string key = "k") {
  return {.user = user, .key = std::move(key)};
}

/// A rush of thirty users for ten coupons, over a ledger that writes when the test says so.
class OverloadTest : public testing::Test {
 protected:
  void open(const OverloadLimits& limits, const char* design = "ticket-list") {
    world_.emplace(":memory:", Acknowledge::durable, "", limits);
    world_->create_event(design, "10");
    world_->fill(30);
  }

  /// A claim that stands as it stands: kept, because its answer may come at any time.
  Call* claim(std::uint32_t user) {
    return calls_.emplace_back(world_->send(Method::post, kClaims, by(user))).get();
  }
  std::unique_ptr<Call> status(const Call& placed, std::uint32_t user) {
    auto call = world_->send(Method::get, "/api/v1/claims/" + placed.member("request"), by(user));
    return call;
  }
  /// Time in which the ledger writes nothing.
  void stall(Duration time) {
    for (Duration passed{}; passed < time; passed += milliseconds(10)) {
      world_->advance(milliseconds(10));
      world_->app().tick();
    }
  }
  /// Time in which it does.
  void go_on(Duration time) {
    for (Duration passed{}; passed < time; passed += milliseconds(10)) {
      world_->elapse(milliseconds(10));
    }
  }

  std::vector<std::unique_ptr<Call>> calls_;
  std::optional<World> world_;
};

TEST_F(OverloadTest, LimitsAUsersRequestsAndSaysWhenToComeAgain) {
  open({.rates = {.total = {}, .per_user = {2}}});
  EXPECT_EQ(world_->post(kClaims, by(1))->status(), 200U);
  EXPECT_EQ(world_->post(kClaims, by(1))->status(), 200U);
  const auto refused = world_->post(kClaims, by(1));
  EXPECT_EQ(refused->status(), 429U);
  EXPECT_EQ(refused->code(), "RATE_LIMITED");
  EXPECT_EQ(refused->response.retry_after_seconds, 1U);
  EXPECT_EQ(world_->post(kClaims, by(2))->status(), 200U) << "others are not";
  EXPECT_EQ(world_->get("/api/v1/users/me/coupons", by(1))->status(), 200U) << "looking is free";
}

TEST_F(OverloadTest, LimitsReservationsLikewise) {
  World world(":memory:", Acknowledge::durable, "", {.rates = {.total = {1}, .per_user = {}}});
  world.create_event("ticket-list", "10");
  world.enter_reservations();
  EXPECT_EQ(world.post(kReservations, by(1))->status(), 201U);
  const auto refused = world.post(kReservations, by(2));
  EXPECT_EQ(refused->status(), 429U);
  EXPECT_EQ(refused->response.retry_after_seconds, 1U);
}

TEST_F(OverloadTest, LimitsTheGenerationOfCouponsLikewise) {
  open({.rates = {.total = {}, .per_user = {1}}}, "generate-outbox");
  const Sent sent{.user = 1, .key = "k", .body = R"({"event":"rush"})"};
  EXPECT_EQ(world_->post("/api/v1/coupons", sent)->status(), 201U);
  const auto refused = world_->post("/api/v1/coupons", sent);
  EXPECT_EQ(refused->status(), 429U);
  EXPECT_EQ(refused->code(), "RATE_LIMITED");
  EXPECT_EQ(refused->response.retry_after_seconds, 1U);
}

TEST_F(OverloadTest, GeneratesNothingWhileThereIsNoTime) {
  open({.in_flight_max = 1}, "generate-outbox");
  claim(0);
  const Sent sent{.user = 1, .key = "k", .body = R"({"event":"rush"})"};
  const auto refused = world_->post("/api/v1/coupons", sent);
  EXPECT_EQ(refused->status(), 503U);
  EXPECT_EQ(refused->code(), "OVERLOADED");
  EXPECT_GT(refused->response.retry_after_seconds, 0U);
  go_on(milliseconds(200));
  EXPECT_EQ(world_->post("/api/v1/coupons", sent)->status(), 201U) << "nothing was decided before";
}

TEST_F(OverloadTest, GivesPlacesInTheOrderInWhichClaimsCame) {
  open({.in_flight_max = 2});
  const Call* const first = claim(0);
  claim(1);
  EXPECT_FALSE(first->answered()) << "its record is under way";
  std::vector<Call*> placed;
  for (std::uint32_t user = 2; user < 6; ++user) {
    placed.push_back(claim(user));
    ASSERT_TRUE(placed.back()->answered());
    EXPECT_EQ(placed.back()->status(), 202U);
    EXPECT_EQ(placed.back()->member("status"), "QUEUED");
    EXPECT_EQ(placed.back()->member("position"), std::to_string(user - 1));
    EXPECT_NE(placed.back()->member("wait_ms"), "");
    EXPECT_GT(placed.back()->response.retry_after_seconds, 0U);
  }
  EXPECT_EQ(world_->guarded().state().waiting, 4U);
  EXPECT_EQ(world_->guarded().state().in_flight, 2U);
}

TEST_F(OverloadTest, HandsOnWhoWaitsOnceThereIsTimeAndTellsThemTheirOutcome) {
  open({.in_flight_max = 2});
  claim(0);
  claim(1);
  const Call* const placed = claim(2);
  EXPECT_EQ(status(*placed, 2)->member("status"), "QUEUED");
  go_on(milliseconds(200));
  const auto done = status(*placed, 2);
  EXPECT_EQ(done->member("status"), "COMPLETED");
  EXPECT_EQ(world_->post(kClaims, by(2))->member("coupon"), done->member("coupon"))
      << "the same claim, the same answer";
  EXPECT_EQ(world_->guarded().state().waiting, 0U);
}

TEST_F(OverloadTest, LetsNobodyPassWhoCameLater) {
  open({.in_flight_max = 2});
  claim(0);
  claim(1);
  std::vector<Call*> placed;
  for (std::uint32_t user = 2; user < 20; ++user) placed.push_back(claim(user));
  go_on(milliseconds(500));
  // Ten coupons in all: the first ten to come have them, whoever had to wait.
  for (std::uint32_t user = 2; user < 20; ++user) {
    const auto outcome = status(*placed[user - 2], user);
    EXPECT_EQ(outcome->member("status"), user < 10 ? "COMPLETED" : "FAILED") << user;
    if (user >= 10) EXPECT_EQ(outcome->member("code"), "SOLD_OUT");
  }
}

TEST_F(OverloadTest, GivesAUserOnePlace) {
  open({.in_flight_max = 1});
  claim(0);
  const Call* const placed = claim(1);
  EXPECT_EQ(claim(1)->member("request"), placed->member("request"));
  EXPECT_EQ(world_->guarded().state().waiting, 1U);
}

TEST_F(OverloadTest, TellsAPlaceToItsUserOnly) {
  open({.in_flight_max = 1});
  claim(0);
  const Call* const placed = claim(1);
  EXPECT_EQ(status(*placed, 2)->code(), "UNKNOWN_REQUEST");
  EXPECT_EQ(status(*placed, 1)->status(), 200U);
}

TEST_F(OverloadTest, RefusesWhatDoesNotFitTheLineAndSaysWhenToComeAgain) {
  open({.in_flight_max = 1, .line = {.places_max = 2}});
  claim(0);
  claim(1);
  claim(2);
  const Call* const refused = claim(3);
  ASSERT_TRUE(refused->answered());
  EXPECT_EQ(refused->status(), 503U);
  EXPECT_EQ(refused->code(), "OVERLOADED");
  EXPECT_GE(refused->response.retry_after_seconds, 1U);
}

TEST_F(OverloadTest, GivesUpAPlaceAtItsDeadline) {
  open({.in_flight_max = 1, .line = {.places_max = 9, .deadline = milliseconds(300)}});
  claim(0);
  const Call* const placed = claim(1);
  stall(milliseconds(290));
  EXPECT_EQ(status(*placed, 1)->member("status"), "QUEUED");
  stall(milliseconds(10));
  const auto late = status(*placed, 1);
  EXPECT_EQ(late->member("status"), "FAILED");
  EXPECT_EQ(late->member("code"), "WAITED_TOO_LONG");
  go_on(milliseconds(100));
  EXPECT_EQ(world_->post(kClaims, by(1))->status(), 200U) << "nothing was decided";
}

TEST_F(OverloadTest, KeepsClaimsAwayFromALedgerThatStandsStill) {
  open({.breaker = {.latency_max = milliseconds(200), .pause = milliseconds(100)}});
  const Call* const stuck = claim(0);
  stall(milliseconds(250));
  EXPECT_EQ(world_->guarded().state().breaker, State::open);
  const Call* const placed = claim(1);
  EXPECT_EQ(placed->member("status"), "QUEUED");
  EXPECT_EQ(placed->member("position"), "1");
  EXPECT_FALSE(stuck->answered()) << "what was decided waits for its record";
  go_on(milliseconds(500));
  EXPECT_EQ(world_->guarded().state().breaker, State::closed);
  EXPECT_EQ(stuck->status(), 200U);
  EXPECT_EQ(status(*placed, 1)->member("status"), "COMPLETED");
  EXPECT_EQ(world_->post(kClaims, by(2))->status(), 200U) << "as if nothing had been";
}

TEST_F(OverloadTest, RefusesReservationsWhileTheLedgerStandsStill) {
  World world(":memory:", Acknowledge::durable, "", {.breaker = {.latency_max = milliseconds(50)}});
  world.create_event("ticket-list", "10");
  world.enter_reservations();
  const auto stuck = world.send(Method::post, kReservations, by(1));
  for (int look = 0; look < 7; ++look) {
    world.advance(milliseconds(10));
    world.app().tick();
  }
  const auto refused = world.send(Method::post, kReservations, by(2));
  ASSERT_TRUE(refused->answered());
  EXPECT_EQ(refused->status(), 503U);
  EXPECT_EQ(refused->code(), "OVERLOADED");
  EXPECT_GE(refused->response.retry_after_seconds, 1U);
  world.settle();
  EXPECT_EQ(stuck->status(), 201U);
}

TEST_F(OverloadTest, StreamsAPlaceAsItMovesUntilTheOutcome) {
  open({.in_flight_max = 1});
  claim(0);
  claim(1);
  const Call* const placed = claim(2);
  const auto stream = world_->send(Method::get, "/api/v1/claims/" + placed->member("request"),
                                   {.user = 2, .accept = "text/event-stream"});
  EXPECT_THAT(stream->streamed, testing::HasSubstr("\"status\":\"QUEUED\",\"position\":2"));
  go_on(milliseconds(300));
  EXPECT_TRUE(stream->answered());
  EXPECT_THAT(stream->streamed, testing::HasSubstr("COMPLETED"));
}

TEST_F(OverloadTest, HandsAPlaceOverToADesignThatAcceptsClaims) {
  open({.in_flight_max = 1}, "stock-counter");
  claim(0);
  const Call* const placed = claim(1);
  EXPECT_EQ(placed->member("status"), "QUEUED");
  go_on(milliseconds(30));
  EXPECT_EQ(status(*placed, 1)->member("status"), "PROCESSING");
  go_on(milliseconds(300));
  EXPECT_EQ(status(*placed, 1)->member("status"), "COMPLETED");
}

TEST_F(OverloadTest, DecidesAPlaceAsOfItsArrival) {
  open({.in_flight_max = 1});
  claim(0);
  stall(milliseconds(900));
  const Call* const placed = claim(1);
  stall(milliseconds(200));  // the rush is over
  go_on(milliseconds(200));
  EXPECT_EQ(status(*placed, 1)->member("status"), "COMPLETED");
}

TEST_F(OverloadTest, SaysSoToWhoWaitsWhenTheLedgerFails) {
  open({.in_flight_max = 1});
  claim(0);
  const Call* const placed = claim(1);
  ASSERT_EQ(placed->member("status"), "QUEUED") << placed->body();
  world_->fail_next_batch();
  go_on(milliseconds(100));
  const auto outcome = status(*placed, 1);
  EXPECT_EQ(outcome->member("status"), "FAILED");
  EXPECT_EQ(outcome->member("code"), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(world_->post(kClaims, by(2))->code(), "LEDGER_UNAVAILABLE");
}

TEST_F(OverloadTest, ChangesNothingForAServerThatKeepsUp) {
  open({});
  for (std::uint32_t user = 0; user < 30; ++user) {
    EXPECT_EQ(world_->post(kClaims, by(user))->status(), user < 10 ? 200U : 410U);
  }
  go_on(seconds(1));
  EXPECT_EQ(world_->guarded().state().breaker, State::closed);
}

}  // namespace
}  // namespace fairrush::server
