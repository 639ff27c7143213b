// Events that begin anew every day, through the whole server.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kEvent = "/api/v1/events/rush";
/// The world begins on 14 November 2023, 22:13:20 UTC, that is on the 15th, 06:13:20 in Taipei.
constexpr Duration kUntilWarmUp = hours(16) + minutes(31) + seconds(40);
const Sent kAdmin{.admin = true};

std::string request(std::string_view name = "rush", std::string_view design = "ticket-list") {
  return fmt::format(
      R"({{"event":"{}","design":"{}","coupons":1,"daily":{{"reserve":"22:55-22:59",)"
      R"("claim":"23:00-23:01","time_zone":"Asia/Taipei"}}}})",
      name, design);
}

class DailyEventTest : public testing::Test {
 protected:
  explicit DailyEventTest() : world_(std::make_unique<World>(directory_.file("ledger"))) {}

  std::unique_ptr<Call> create(const std::string& body, const std::string& key = {}) {
    return world_->post("/api/v1/events", {.key = key, .admin = true, .body = body});
  }
  /// One user reserves and claims today, from the warm-up on; returns the coupon.
  std::string play_a_day(std::uint32_t user) {
    world_->elapse(minutes(10));
    EXPECT_EQ(world_->post(kReservations, {.user = user})->status(), 201U);
    world_->elapse(minutes(5));
    return world_->post(kClaims, {.user = user})->member("coupon");
  }
  void restart() {
    const Duration passed = world_->passed();
    world_ = nullptr;
    world_ = std::make_unique<World>(directory_.file("ledger"));
    world_->advance(passed);
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
};

TEST_F(DailyEventTest, ShowsTheDayToComeFromTheStart) {
  const auto created = create(request());
  EXPECT_EQ(created->status(), 201U) << created->body();
  EXPECT_EQ(created->member("event"), "rush-20231115");
  EXPECT_EQ(created->member("phase"), "scheduled");
  EXPECT_EQ(created->member("claim_open_ms"), "1700060400000") << "23:00 in Taipei";
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231115");
}

TEST_F(DailyEventTest, WarmsUpOpensAndClosesOnTime) {
  create(request());
  world_->elapse(kUntilWarmUp - seconds(1));
  EXPECT_EQ(world_->get(kEvent)->member("phase"), "scheduled");
  world_->elapse(seconds(1));
  EXPECT_EQ(world_->get(kEvent)->member("phase"), "warming");
  world_->elapse(minutes(10) - std::chrono::milliseconds(1));
  EXPECT_EQ(world_->post(kReservations, {.user = 1})->code(), "NOT_IN_ACTIVE_TIME");
  world_->elapse(std::chrono::milliseconds(1));
  EXPECT_EQ(world_->post(kReservations, {.user = 1})->status(), 201U);
  world_->elapse(minutes(5));
  EXPECT_EQ(world_->post(kClaims, {.user = 1})->status(), 200U);
  world_->elapse(minutes(1));
  EXPECT_EQ(world_->post(kClaims, {.user = 2})->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(world_->get(kEvent)->member("drained"), "true");
}

TEST_F(DailyEventTest, BeginsAnewByItselfAndLeavesYesterdaysCouponsSpendable) {
  create(request());
  world_->elapse(kUntilWarmUp);
  const std::string first = play_a_day(1);
  world_->elapse(hours(24) - minutes(15));
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231116");
  EXPECT_EQ(world_->get(kEvent)->member("roster"), "0");
  const std::string second = play_a_day(1);
  EXPECT_FALSE(first.empty());
  EXPECT_FALSE(second.empty());
  EXPECT_NE(first, second);
  const auto wallet = world_->get("/api/v1/users/me/coupons", {.user = 1});
  EXPECT_NE(wallet->body().find(first), std::string::npos);
  EXPECT_NE(wallet->body().find(second), std::string::npos);
  const auto spent =
      world_->post("/api/v1/orders/o1/apply-coupon",
                   {.user = 1, .body = fmt::format(R"({{"coupon":"{}","amount":100}})", first)});
  EXPECT_EQ(spent->status(), 200U) << spent->body();
}

TEST_F(DailyEventTest, ShowsOneDaysCouponsByEitherName) {
  create(request());
  world_->elapse(kUntilWarmUp);
  play_a_day(1);
  for (const char* name : {"rush", "rush-20231115"}) {
    const auto wallet =
        world_->get(fmt::format("/api/v1/users/me/coupons?event={}", name), {.user = 1});
    EXPECT_NE(wallet->body().find("rush-20231115"), std::string::npos) << name;
  }
}

TEST_F(DailyEventTest, GoesOnAfterARestart) {
  create(request());
  world_->elapse(kUntilWarmUp);
  const std::string first = play_a_day(1);
  restart();
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231115");
  EXPECT_EQ(world_->post(kClaims, {.user = 1})->member("coupon"), first);
  world_->elapse(hours(24) - minutes(15));
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231116");
  EXPECT_FALSE(play_a_day(2).empty());
}

TEST_F(DailyEventTest, KeepsItsDesignAcrossARestart) {
  create(R"({"event":"rush","coupons":1,"daily":{"reserve":"22:55-22:59","claim":"23:00-23:01",)"
         R"("time_zone":"Asia/Taipei"}})");
  restart();
  world_->elapse(kUntilWarmUp + hours(24));
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231116");
  EXPECT_EQ(world_->get(kEvent)->member("design"), "sealed-draw");
}

TEST_F(DailyEventTest, IsCreatedOnce) {
  EXPECT_EQ(create(request(), "k")->status(), 201U);
  EXPECT_EQ(create(request(), "k")->member("event"), "rush-20231115") << "the same request";
  EXPECT_EQ(create(request(), "other")->code(), "EVENT_EXISTS");
  EXPECT_EQ(create(request())->code(), "EVENT_EXISTS");
  restart();
  EXPECT_EQ(create(request(), "k")->status(), 201U);
  EXPECT_EQ(create(request(), "other")->code(), "EVENT_EXISTS");
}

TEST_F(DailyEventTest, SharesItsNameWithNoOther) {
  world_->create_event("ticket-list");
  EXPECT_EQ(create(request())->code(), "EVENT_EXISTS");
  EXPECT_EQ(create(request("daily"))->status(), 201U);
  const std::string plain =
      fmt::format(R"({{"event":"daily","coupons":1,{}}})", world_->windows_from_now());
  EXPECT_EQ(create(plain)->code(), "EVENT_EXISTS");
}

TEST_F(DailyEventTest, CannotBeResetBecauseThatWouldDeleteCoupons) {
  create(request());
  for (const char* name : {"rush", "rush-20231115"}) {
    const auto call = world_->post(fmt::format("/api/v1/events/{}/reset", name),
                                   {.admin = true, .body = "{" + world_->windows_from_now() + "}"});
    EXPECT_EQ(call->code(), "EVENT_IS_DAILY");
  }
}

TEST_F(DailyEventTest, EndsWhenTheAdministratorSaysSo) {
  create(request());
  EXPECT_EQ(world_->post("/api/v1/events/rush/close?daily=end")->status(), 401U);
  world_->elapse(kUntilWarmUp);
  const auto ended = world_->post("/api/v1/events/rush/close?daily=end", kAdmin);
  EXPECT_EQ(ended->status(), 200U);
  EXPECT_NE(ended->body().find("\"ended\":true"), std::string::npos) << ended->body();
  EXPECT_FALSE(play_a_day(1).empty()) << "today's goes on";
  restart();
  world_->elapse(hours(48));
  EXPECT_EQ(world_->get(kEvent)->member("event"), "rush-20231115") << "no further day";
}

TEST_F(DailyEventTest, ClosesTodaysByItsPlainName) {
  create(request());
  world_->elapse(kUntilWarmUp + minutes(10));
  EXPECT_EQ(world_->post("/api/v1/events/rush/close", kAdmin)->member("phase"), "closed");
  world_->elapse(hours(24) - minutes(10));
  EXPECT_EQ(world_->get(kEvent)->member("phase"), "warming") << "tomorrow's begins as ever";
}

TEST_F(DailyEventTest, SaysWhatIsWrongWithARule) {
  for (const char* daily :
       {"true", "{}", R"({"reserve":"22:55-22:59","claim":"23:00-23:01","time_zone":"Nowhere"})",
        R"({"reserve":"22:55-22:59","claim":"23:00-23:01","time_zone":"UTC","every":"day"})",
        R"({"reserve":5,"claim":"23:00-23:01","time_zone":"UTC"})"}) {
    const auto call = create(fmt::format(R"({{"event":"rush","coupons":1,"daily":{}}})", daily));
    EXPECT_EQ(call->code(), "BAD_REQUEST") << daily;
  }
  const auto both = create(fmt::format(
      R"({{"event":"rush","coupons":1,"daily":{{"reserve":"22:55-22:59","claim":"23:00-23:01",)"
      R"("time_zone":"UTC"}},{}}})",
      world_->windows_from_now()));
  EXPECT_EQ(both->code(), "BAD_REQUEST");
}

}  // namespace
}  // namespace fairrush::server
