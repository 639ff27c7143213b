#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

constexpr const char* kEvents = "/api/v1/events";
constexpr const char* kReset = "/api/v1/events/rush/reset";

Sent admin(std::string body = {}) {
  return {.user = {}, .key = {}, .admin = true, .body = std::move(body)};
}

class EventTest : public testing::Test {
 protected:
  std::string body(const std::string& members) const {
    return "{" + members + "," + world_.windows_from_now() + "}";
  }
  /// Expects 400 and the given words in the detail.
  void expect_refused(const std::string& text, const std::vector<std::string>& words) {
    const auto call = world_.post(kEvents, admin(text));
    EXPECT_EQ(call->status(), 400U) << text;
    EXPECT_EQ(call->code(), "BAD_REQUEST");
    for (const std::string& word : words) EXPECT_THAT(call->member("detail"), HasSubstr(word));
  }
  World world_;
};

TEST_F(EventTest, IsCreatedAndShown) {
  const auto created = world_.post(kEvents, admin(body(R"("event":"a","coupons":"20%")")));
  EXPECT_EQ(created->status(), 201U);
  const auto shown = world_.get("/api/v1/events/a");
  EXPECT_EQ(shown->body(), created->body());
  EXPECT_EQ(shown->member("design"), "sealed-draw") << "the default";
  EXPECT_EQ(shown->member("phase"), "warming");
  EXPECT_EQ(shown->member("coupons"), "20%");
  EXPECT_EQ(shown->member("commitment").size(), 64U);
  EXPECT_EQ(shown->member("root"), "null");
}

TEST_F(EventTest, ShowsAFixedNumberAsANumber) {
  world_.post(kEvents, admin(body(R"("event":"a","design":"ticket-list","coupons":60)")));
  const auto shown = world_.get("/api/v1/events/a");
  EXPECT_EQ(shown->member("coupons"), "60");
  EXPECT_THAT(shown->body(), HasSubstr("\"coupons\":60"));
  EXPECT_EQ(shown->member("quota"), "60");
  EXPECT_EQ(shown->member("commitment"), "null");
}

TEST_F(EventTest, GoesThroughItsPhases) {
  world_.create_event("sealed-draw");
  const auto phase = [this] { return world_.get("/api/v1/events/rush")->member("phase"); };
  for (const char* expected : {"warming", "reserving", "reserved", "rushing", "closed"}) {
    EXPECT_EQ(phase(), expected);
    world_.advance(std::chrono::seconds(1));
  }
}

TEST_F(EventTest, CountsRosterQuotaAndIssues) {
  world_.create_event("ticket-list");
  world_.fill(11);
  world_.post(kClaims, {.user = 3, .key = {}, .admin = false, .body = {}});
  const auto shown = world_.get("/api/v1/events/rush");
  EXPECT_EQ(shown->member("roster"), "11");
  EXPECT_EQ(shown->member("quota"), "2");
  EXPECT_EQ(shown->member("issued"), "1");
}

TEST_F(EventTest, CountsWhatTheStoreStillHasToGive) {
  for (const char* design : {"ticket-list", "sealed-draw"}) {
    World world;
    world.create_event(design);
    world.fill(10);
    EXPECT_EQ(world.get("/api/v1/events/rush")->member("remaining"), "2");
    for (std::uint32_t user = 0; user < 10; ++user) {
      world.post(kClaims, {.user = user, .key = {}, .admin = false, .body = {}});
    }
    EXPECT_EQ(world.get("/api/v1/events/rush")->member("remaining"), "0");
    EXPECT_EQ(world.get("/api/v1/events/rush")->member("released"), "0");
  }
}

TEST_F(EventTest, TakesTheTermsOfItsCoupons) {
  const auto plain = world_.post(kEvents, admin(body(R"("event":"a","coupons":1)")));
  EXPECT_EQ(plain->member("valid_ms"), "2592000000");
  EXPECT_EQ(plain->member("min_amount"), "0");
  EXPECT_EQ(plain->member("discount_percent"), "10");
  const auto own = world_.post(
      kEvents,
      admin(body(R"("event":"b","coupons":1,"valid_ms":1,"min_amount":2,"discount_percent":100)")));
  EXPECT_EQ(own->member("valid_ms"), "1");
  EXPECT_EQ(own->member("min_amount"), "2");
  EXPECT_EQ(own->member("discount_percent"), "100");
  expect_refused(body(R"("event":"c","coupons":1,"valid_ms":0)"), {"valid_ms", "1 to"});
  expect_refused(body(R"("event":"c","coupons":1,"min_amount":-1)"), {"min_amount", "-1"});
  expect_refused(body(R"("event":"c","coupons":1,"discount_percent":101)"), {"1 to 100"});
}

TEST_F(EventTest, ExistsOnce) {
  world_.create_event("sealed-draw");
  const auto again = world_.post(kEvents, admin(body(R"("event":"rush","coupons":"20%")")));
  EXPECT_EQ(again->status(), 409U);
  EXPECT_EQ(again->code(), "EVENT_EXISTS");
}

TEST_F(EventTest, IsTheAdministratorsAlone) {
  Sent sent = admin(body(R"("event":"a","coupons":"20%")"));
  sent.admin = false;
  EXPECT_EQ(world_.post(kEvents, sent)->status(), 401U);
  EXPECT_EQ(world_.post("/api/v1/events/rush/reset", sent)->status(), 401U);
  EXPECT_EQ(world_.get("/api/v1/events/rush/ledger", sent)->status(), 401U);
}

TEST_F(EventTest, IsRefusedWithTheMemberItsValueAndWhatIsAccepted) {
  expect_refused(body(R"("coupons":"20%")"), {"'event'", "nothing", "1 to 64 characters"});
  expect_refused(body(R"("event":"a b","coupons":"20%")"), {"'event'", "\"a b\""});
  expect_refused(body(R"("event":"a","coupons":"120%")"), {"'coupons'", "120%", "a share"});
  expect_refused(body(R"("event":"a","coupons":-1)"), {"'coupons'", "-1"});
  expect_refused(body(R"("event":"a","coupons":4294967296)"), {"'coupons'"});
  expect_refused(body(R"("event":"a","coupons":true)"), {"'coupons'", "true"});
  expect_refused(body(R"("event":"a","coupons":1,"design":"x")"),
                 {"'design'", "\"x\"", "sealed-draw, ticket-list"});
  expect_refused(body(R"("event":"a","coupons":1,"cupons":2)"), {"'cupons'", "only the members"});
  expect_refused(R"({"event":"a","coupons":1,"reserve_open_ms":"soon"})",
                 {"'reserve_open_ms'", "soon", "milliseconds"});
  expect_refused(R"({"event":"a","coupons":1,"reserve_open_ms":2,"reserve_close_ms":1,)"
                 R"("claim_open_ms":3,"claim_close_ms":4})",
                 {"reserve_open_ms must lie before reserve_close_ms"});
}

TEST_F(EventTest, IsRefusedWhenTheBodyIsNoJsonObject) {
  for (const char* text : {"", "{", "[]", "17", "{}x", "[[[[[[[[[[]]]]]]]]]]", "\xff"}) {
    expect_refused(text, {"the body is no JSON"});
  }
}

TEST_F(EventTest, StartsAnewAtAReset) {
  world_.create_event("sealed-draw");
  const std::string commitment = world_.get("/api/v1/events/rush")->member("commitment");
  world_.fill(10);
  const auto reset =
      world_.post("/api/v1/events/rush/reset", admin("{" + world_.windows_from_now() + "}"));
  EXPECT_EQ(reset->status(), 200U);
  EXPECT_EQ(reset->member("roster"), "0");
  EXPECT_EQ(reset->member("phase"), "warming");
  EXPECT_EQ(reset->member("root"), "null");
  EXPECT_NE(reset->member("commitment"), commitment);
  world_.fill(10);
  EXPECT_EQ(world_.get("/api/v1/events/rush")->member("roster"), "10");
}

TEST_F(EventTest, IsCreatedOnceUnderOneKey) {
  Sent create = admin(body(R"("event":"rush","coupons":"20%")"));
  create.key = "k";
  const auto created = world_.post(kEvents, create);
  const auto again = world_.post(kEvents, create);
  EXPECT_EQ(again->status(), 201U);
  EXPECT_EQ(again->body(), created->body());
  create.key = "other";
  EXPECT_EQ(world_.post(kEvents, create)->code(), "EVENT_EXISTS");
  create.key = "";
  EXPECT_EQ(world_.post(kEvents, create)->code(), "EVENT_EXISTS");
}

TEST_F(EventTest, IsResetOnceUnderOneKey) {
  world_.create_event("sealed-draw");
  Sent reset = admin("{" + world_.windows_from_now() + "}");
  reset.key = "k";
  const auto first = world_.post(kReset, reset);
  world_.enter_reservations();
  world_.post(kReservations, {.user = 7, .key = {}, .admin = false, .body = {}});
  const auto again = world_.post(kReset, reset);
  EXPECT_EQ(again->status(), 200U);
  EXPECT_EQ(again->member("commitment"), first->member("commitment"));
  EXPECT_EQ(again->member("roster"), "1") << "the reservation made in between stays";
  reset.key = "other";
  EXPECT_EQ(world_.post(kReset, reset)->member("roster"), "0");
}

TEST_F(EventTest, IsResetEveryTimeWithoutAKey) {
  world_.create_event("sealed-draw");
  const Sent reset = admin("{" + world_.windows_from_now() + "}");
  const auto first = world_.post(kReset, reset);
  EXPECT_NE(world_.post(kReset, reset)->member("commitment"), first->member("commitment"));
}

TEST_F(EventTest, TakesAKeyForOneRouteOnly) {
  Sent create = admin(body(R"("event":"rush","coupons":"20%")"));
  create.key = "k";
  const auto created = world_.post(kEvents, create);
  Sent reset = admin("{" + world_.windows_from_now() + "}");
  reset.key = "k";
  const auto renewed = world_.post(kReset, reset);
  EXPECT_NE(renewed->member("commitment"), created->member("commitment"));
  EXPECT_EQ(world_.post(kEvents, create)->code(), "EVENT_EXISTS");
}

TEST_F(EventTest, RefusesAKeyThatIsTooLong) {
  Sent create = admin(body(R"("event":"rush","coupons":"20%")"));
  create.key = std::string(65, 'k');
  EXPECT_EQ(world_.post(kEvents, create)->code(), "BAD_REQUEST");
  create.key.pop_back();
  EXPECT_EQ(world_.post(kEvents, create)->status(), 201U);
  Sent reset = admin("{" + world_.windows_from_now() + "}");
  reset.key = std::string(65, 'k');
  EXPECT_EQ(world_.post(kReset, reset)->code(), "BAD_REQUEST");
}

TEST_F(EventTest, IsNotResetWithoutWindows) {
  world_.create_event("sealed-draw");
  EXPECT_EQ(world_.post("/api/v1/events/rush/reset", admin("{}"))->status(), 400U);
}

TEST_F(EventTest, IsNotResetWhenThereIsNone) {
  const Sent reset = admin("{" + world_.windows_from_now() + "}");
  EXPECT_EQ(world_.post("/api/v1/events/no/reset", reset)->code(), "UNKNOWN_EVENT");
}

TEST(Status, TellsTimeLivenessAndReadiness) {
  World world;
  EXPECT_EQ(world.get("/time")->member("now_us"), "1700000000000000");
  EXPECT_EQ(world.get("/livez")->status(), 200U);
  EXPECT_EQ(world.get("/readyz")->member("status"), "ready");
  world.app().start_draining();
  EXPECT_EQ(world.get("/readyz")->code(), "DRAINING");
  EXPECT_EQ(world.get("/livez")->status(), 200U);
}

}  // namespace
}  // namespace fairrush::server
