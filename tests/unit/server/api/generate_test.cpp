// POST /api/v1/coupons: coupons that are made as they are asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

constexpr const char* kCoupons = "/api/v1/coupons";

Sent asked_by(std::uint32_t user, const std::string& key = {}) {
  return {.user = user, .key = key, .admin = false, .body = R"({"event":"rush"})"};
}

TEST(Generation, GivesWhoeverAsksACouponWhileTheEventsNumberLasts) {
  World world;
  world.create_event("generate-outbox", "2");
  world.fill(0);
  const auto first = world.post(kCoupons, asked_by(7, "key"));
  EXPECT_EQ(first->status(), 201U) << first->body();
  EXPECT_EQ(world.post(kCoupons, asked_by(7, "key"))->body(), first->body());
  EXPECT_EQ(world.post(kCoupons, asked_by(7, "other"))->code(), "ALREADY_CLAIMED");
  EXPECT_EQ(world.post(kCoupons, asked_by(8))->status(), 201U);
  EXPECT_EQ(world.post(kCoupons, asked_by(9))->code(), "SOLD_OUT");
  EXPECT_EQ(world.get("/api/v1/events/rush")->member("issued"), "2");
  EXPECT_EQ(world.get("/api/v1/events/rush")->member("roster"), "2") << "a loser is not taken in";
}

TEST(Generation, AsksForAReservationWhereTheQuotaIsAShareOfTheRoster) {
  World world;
  world.create_event("generate-outbox", "\"50%\"");
  world.fill(2);
  EXPECT_EQ(world.post(kCoupons, asked_by(9))->code(), "NOT_RESERVATION");
  EXPECT_EQ(world.post(kCoupons, asked_by(0))->status(), 201U);
  EXPECT_EQ(world.post(kCoupons, asked_by(1))->code(), "SOLD_OUT");
}

TEST(Generation, KeepsToTheEventsWindow) {
  World world;
  world.create_event("generate-outbox", "2");
  EXPECT_EQ(world.post(kCoupons, asked_by(7))->code(), "NOT_IN_ACTIVE_TIME");
  world.fill(0);
  world.close_rush();
  EXPECT_EQ(world.post(kCoupons, asked_by(7))->code(), "NOT_IN_ACTIVE_TIME");
}

TEST(Generation, OpensNoSideDoorToOtherDesigns) {
  World world;
  world.create_event("ticket-list", "2");
  world.fill(1);
  EXPECT_EQ(world.post(kCoupons, asked_by(9))->code(), "NOT_RESERVATION");
  EXPECT_EQ(world.post(kClaims, asked_by(0))->status(), 200U);
}

TEST(Generation, AsksForAnEventAndForAUser) {
  World world;
  for (const char* body :
       {"", "{}", R"({"event":7})", R"({"event":"a b"})", R"({"event":"rush","user":7})"}) {
    Sent sent = asked_by(7);
    sent.body = body;
    EXPECT_EQ(world.post(kCoupons, sent)->code(), "BAD_REQUEST") << body;
  }
  EXPECT_EQ(world.post(kCoupons, asked_by(7))->code(), "UNKNOWN_EVENT");
  Sent nobody = asked_by(7);
  nobody.user.reset();
  EXPECT_EQ(world.post(kCoupons, nobody)->code(), "UNAUTHORIZED");
}

TEST(Generation, SurvivesARestart) {
  const TemporaryDirectory directory;
  std::string told;
  {
    World world(directory.file("l.db"));
    world.create_event("generate-outbox", "2");
    world.fill(1);
    told = world.post(kCoupons, asked_by(7, "key"))->body();
  }
  World world(directory.file("l.db"));
  world.advance(std::chrono::seconds(3));
  EXPECT_EQ(world.post(kCoupons, asked_by(7, "key"))->body(), told);
  EXPECT_EQ(world.post(kCoupons, asked_by(8))->status(), 201U);
  EXPECT_EQ(world.post(kCoupons, asked_by(0))->code(), "SOLD_OUT");
}

TEST(RowLock, IsNoDesignOfAServersMemory) {
  World world;
  const Sent create{.user = {},
                    .key = {},
                    .admin = true,
                    .body = R"({"event":"rush","design":"row-lock","coupons":1,)" +
                            world.windows_from_now() + "}"};
  EXPECT_EQ(world.post("/api/v1/events", create)->code(), "BAD_REQUEST");
}

}  // namespace
}  // namespace fairrush::server
