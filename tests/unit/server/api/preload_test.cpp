// Coupons of several discounts, loaded ahead of the rush.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

constexpr const char* kPreload = "/api/v1/events/rush/preload";
constexpr const char* kTwoGroups =
    R"({"groups":[{"name":"half","type":"percent","discount":50,"allocation":"30%"},)"
    R"({"name":"thirty","type":"fixed","discount":3000,"allocation":"70%"}]})";

Sent admin(std::string body) {
  return {.user = {}, .key = {}, .admin = true, .body = std::move(body)};
}

Sent by(std::uint32_t user, std::string body = {}) {
  return {.user = user, .key = {}, .admin = false, .body = std::move(body)};
}

class PreloadTest : public testing::Test {
 protected:
  std::string path() const { return directory_.file("ledger.db"); }
  void restart() {
    world_.reset();
    world_ = std::make_unique<World>(path());
  }
  void expect_refused(const std::string& body, const std::string& words) {
    const auto call = world_->post(kPreload, admin(body));
    EXPECT_EQ(call->code(), "BAD_REQUEST") << body;
    EXPECT_THAT(call->member("detail"), HasSubstr(words)) << body;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_ = std::make_unique<World>(path());
};

TEST_F(PreloadTest, GivesEachGroupItsPartOfTheCoupons) {
  world_->create_event("preloaded-shuffle", "7");
  const auto loaded = world_->post(kPreload, admin(kTwoGroups));
  EXPECT_EQ(loaded->status(), 200U) << loaded->body();
  EXPECT_THAT(loaded->body(), HasSubstr(R"("name":"half","type":"percent","discount":50,)"
                                        R"("allocation":"30.00%","coupons":2)"));
  EXPECT_THAT(loaded->body(), HasSubstr(R"("allocation":"70.00%","coupons":5)"));
  world_->fill(7);
  std::map<std::string, int> discounts;
  for (std::uint32_t user = 0; user < 7; ++user) {
    const auto win = world_->post(kClaims, by(user));
    ++discounts[win->member("discount_type") + " " + win->member("discount")];
  }
  EXPECT_EQ(discounts, (std::map<std::string, int>{{"percent 50", 2}, {"fixed 3000", 5}}));
}

TEST_F(PreloadTest, TakesAFixedSumOffAnOrderButNeverMoreThanTheOrder) {
  world_->create_event("preloaded-shuffle", "1");
  world_->post(
      kPreload,
      admin(R"({"groups":[{"name":"a","type":"fixed","discount":3000,"allocation":"100%"}]})"));
  world_->fill(1);
  const std::string coupon = world_->post(kClaims, by(0))->member("coupon");
  const auto spent = world_->post("/api/v1/orders/o/apply-coupon",
                                  by(0, R"({"coupon":")" + coupon + R"(","amount":2000})"));
  EXPECT_EQ(spent->member("discount"), "2000");
  EXPECT_EQ(spent->member("final"), "0");
}

TEST_F(PreloadTest, IsRememberedOverARestartBeforeAndAfterWins) {
  world_->create_event("preloaded-shuffle", "2");
  world_->post(kPreload, admin(kTwoGroups));
  restart();
  world_->fill(2);
  const auto win = world_->post(kClaims, by(0));
  restart();
  world_->advance(std::chrono::seconds(3));
  const auto again = world_->post(kClaims, by(0));
  EXPECT_EQ(again->member("coupon"), win->member("coupon"));
  const std::string order = R"({"coupon":")" + win->member("coupon") + R"(","amount":100000})";
  const bool half = win->member("discount_type") == "percent";
  EXPECT_EQ(world_->post("/api/v1/orders/o/apply-coupon", by(0, order))->member("discount"),
            half ? "50000" : "3000");
}

TEST_F(PreloadTest, MayBeDoneAgainUntilReservationsClose) {
  world_->create_event("preloaded-shuffle", "7");
  world_->post(kPreload, admin(kTwoGroups));
  const auto again = world_->post(
      kPreload,
      admin(R"({"groups":[{"name":"b","type":"percent","discount":5,"allocation":"100.00%"}]})"));
  EXPECT_THAT(again->body(), HasSubstr(R"("groups":[{"name":"b")"));
  world_->fill(1);
  EXPECT_EQ(world_->post(kPreload, admin(kTwoGroups))->code(), "NOT_IN_ACTIVE_TIME");
}

TEST_F(PreloadTest, IsKeptByAReset) {
  world_->create_event("preloaded-shuffle", "7");
  world_->post(kPreload, admin(kTwoGroups));
  const auto reset =
      world_->post("/api/v1/events/rush/reset", admin("{" + world_->windows_from_now() + "}"));
  EXPECT_THAT(reset->body(), HasSubstr(R"("name":"thirty")"));
}

TEST_F(PreloadTest, IsForDesignsWhoseCouponsDiffer) {
  world_->create_event("ticket-list");
  EXPECT_EQ(world_->post(kPreload, admin(kTwoGroups))->code(), "NO_COUPON_GROUPS");
  EXPECT_EQ(world_->post("/api/v1/events/no/preload", admin(kTwoGroups))->code(), "UNKNOWN_EVENT");
  Sent sent = admin(kTwoGroups);
  sent.admin = false;
  EXPECT_EQ(world_->post(kPreload, sent)->status(), 401U);
}

TEST_F(PreloadTest, IsRefusedWithTheGroupTheMemberAndWhatIsAccepted) {
  world_->create_event("preloaded-shuffle");
  const auto group = [](const std::string& members) {
    return R"({"groups":[{"name":"a",)" + members + "}]}";
  };
  expect_refused("{}", "'groups'");
  expect_refused(R"({"groups":[]})", "0 groups: expected 1 to 100");
  expect_refused(R"({"groups":[7]})", "group 1: expected an object");
  expect_refused(group(R"("type":"rate","discount":5,"allocation":"100%")"), "group 1: 'type'");
  expect_refused(group(R"("type":"percent","discount":101,"allocation":"100%")"),
                 "101: expected 1 to 100");
  expect_refused(group(R"("type":"fixed","discount":0,"allocation":"100%")"), "'discount'");
  expect_refused(group(R"("type":"fixed","discount":5,"allocation":"99%")"), "99.00 %");
  expect_refused(group(R"("type":"fixed","discount":5,"allocation":"33.333%")"), "two decimals");
  expect_refused(group(R"("type":"fixed","discount":5,"allocation":"101%")"), "'allocation'");
  expect_refused(group(R"("type":"fixed","discount":5,"allocation":100)"), "'allocation'");
  expect_refused(group(R"("typ":"fixed")"), "'typ'");
}

}  // namespace
}  // namespace fairrush::server
