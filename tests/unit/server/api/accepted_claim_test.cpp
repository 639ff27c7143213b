// Claims whose coupons come later: the design stock-counter, and the status of its claims.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

Sent by(std::uint32_t user, std::string key = {}, std::string prefer = {}) {
  return {.user = user, .key = std::move(key), .body = {}, .prefer = std::move(prefer)};
}

/// A rush of ten users for two coupons. The consumer looks every hundred milliseconds.
class AcceptedClaimTest : public testing::Test {
 protected:
  AcceptedClaimTest() : world_(std::make_unique<World>(path())) {
    world_->create_event("stock-counter", "2");
    world_->fill(10);
  }

  std::string path() const { return directory_.file("ledger.db"); }
  std::string request_of(std::uint32_t user, const std::string& key = "k") {
    return world_->post(kClaims, by(user, key))->member("request");
  }
  std::unique_ptr<Call> status(const std::string& request, std::uint32_t user,
                               const std::string& prefer = {}) {
    return world_->get("/api/v1/claims/" + request, by(user, {}, prefer));
  }
  void make_coupons() { world_->elapse(milliseconds(100)); }
  void restart() {
    world_.reset();
    world_ = std::make_unique<World>(path());
    world_->advance(milliseconds(3'500));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
};

TEST_F(AcceptedClaimTest, IsAnsweredBeforeItsCouponExistsButNotBeforeItIsDurable) {
  const auto claim = world_->send(Method::post, kClaims, by(1, "k"));
  EXPECT_FALSE(claim->answered());
  world_->settle();
  ASSERT_TRUE(claim->answered());
  EXPECT_EQ(claim->status(), 202U);
  EXPECT_EQ(claim->member("status"), "PROCESSING");
  EXPECT_EQ(claim->response.location, "/api/v1/claims/" + claim->member("request"));
  EXPECT_GT(claim->response.retry_after_seconds, 0U);
  EXPECT_EQ(world_->get("/api/v1/events/rush")->member("issued"), "0");
}

TEST_F(AcceptedClaimTest, HasItsCouponOnceTheConsumerHasBeen) {
  const std::string request = request_of(1);
  EXPECT_EQ(status(request, 1)->member("status"), "PROCESSING");
  make_coupons();
  const auto done = status(request, 1);
  EXPECT_EQ(done->status(), 200U);
  EXPECT_EQ(done->member("status"), "COMPLETED");
  EXPECT_EQ(done->member("discount"), "10");
  EXPECT_THAT(world_->get("/api/v1/users/me/coupons", by(1))->body(),
              HasSubstr(done->member("coupon")));
  EXPECT_THAT(world_->get("/api/v1/events/rush/ledger", {.user = {}, .admin = true})->body(),
              HasSubstr(done->member("coupon")));
}

TEST_F(AcceptedClaimTest, DoesNotSayCompletedBeforeTheCouponIsDurable) {
  const std::string request = request_of(1);
  world_->advance(milliseconds(100));
  world_->app().tick();  // the coupon is made, its record under way
  const auto early = world_->send(Method::get, "/api/v1/claims/" + request, by(1));
  EXPECT_FALSE(early->answered());
  world_->settle();
  EXPECT_EQ(early->member("status"), "COMPLETED");
}

TEST_F(AcceptedClaimTest, LosesAtOnceWhenNothingIsLeftToBeMade) {
  request_of(1);
  request_of(2);
  const auto loss = world_->post(kClaims, by(3));
  EXPECT_EQ(loss->status(), 410U);
  EXPECT_EQ(loss->code(), "SOLD_OUT");
  const auto event = world_->get("/api/v1/events/rush");
  EXPECT_EQ(event->member("issued"), "0");
  EXPECT_EQ(event->member("remaining"), "2") << "what is queued is still to be given";
}

TEST_F(AcceptedClaimTest, IsTheSameClaimUnderTheSameKeyAndADuplicateUnderAnother) {
  const std::string request = request_of(1, "k");
  EXPECT_EQ(request_of(1, "k"), request);
  const auto other = world_->post(kClaims, by(1, "other"));
  EXPECT_EQ(other->status(), 409U);
  EXPECT_EQ(other->code(), "ALREADY_CLAIMED");
  EXPECT_EQ(other->member("request"), request);
  make_coupons();
  const std::string coupon = status(request, 1)->member("coupon");
  const auto again = world_->post(kClaims, by(1, "k"));
  EXPECT_EQ(again->status(), 200U);
  EXPECT_EQ(again->member("coupon"), coupon);
  EXPECT_EQ(world_->post(kClaims, by(1, "other"))->member("coupon"), coupon);
}

TEST_F(AcceptedClaimTest, IsRememberedAfterTheWindowHasClosed) {
  const std::string request = request_of(1, "k");
  world_->advance(seconds(1));
  EXPECT_EQ(world_->post(kClaims, by(2))->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(status(request, 1)->member("status"), "COMPLETED");
  EXPECT_EQ(world_->post(kClaims, by(1, "k"))->status(), 200U);
}

TEST_F(AcceptedClaimTest, IsToldToNobodyElse) {
  const std::string request = request_of(1);
  EXPECT_EQ(status(request, 2)->code(), "UNKNOWN_REQUEST");
  EXPECT_EQ(world_->get("/api/v1/claims/" + request)->status(), 401U);
  std::string guess = request;
  guess.back() = guess.back() == '0' ? '1' : '0';
  EXPECT_EQ(status(guess, 1)->code(), "UNKNOWN_REQUEST");
  for (const char* text :
       {"x", "%00", "0000001000000Z-00000000000000000000", "ZZZZZZZZZZZZZZ-ZZZZZZZZZZZZZZZZZZZZ"}) {
    const auto answer = status(text, 1);
    EXPECT_EQ(answer->status(), 404U) << text;
  }
}

TEST_F(AcceptedClaimTest, MeansSomethingAfterARestart) {
  const std::string request = request_of(1);
  request_of(2);
  restart();
  EXPECT_EQ(status(request, 1)->member("status"), "PROCESSING") << "not forgotten";
  EXPECT_EQ(world_->post(kClaims, by(3))->code(), "SOLD_OUT") << "its coupon is nobody else's";
  make_coupons();
  const std::string coupon = status(request, 1)->member("coupon");
  EXPECT_EQ(coupon.size(), 24U);
  restart();
  EXPECT_EQ(status(request, 1)->member("coupon"), coupon);
  EXPECT_EQ(world_->get("/api/v1/events/rush")->member("issued"), "2");
}

TEST_F(AcceptedClaimTest, ThatWasNeverToldMayBeForgotten) {
  const auto claim = world_->send(Method::post, kClaims, by(1, "k"));
  ASSERT_FALSE(claim->answered());
  restart();
  EXPECT_EQ(world_->post(kClaims, by(2))->status(), 202U);
  EXPECT_EQ(world_->post(kClaims, by(3))->status(), 202U);
  EXPECT_EQ(world_->post(kClaims, by(1, "k"))->code(), "SOLD_OUT");
}

TEST_F(AcceptedClaimTest, EndsWithItsEventsLife) {
  const std::string request = request_of(1);
  world_->post("/api/v1/events/rush/reset",
               {.user = {}, .admin = true, .body = "{" + world_->windows_from_now() + "}"});
  EXPECT_EQ(status(request, 1)->code(), "UNKNOWN_REQUEST");
}

TEST_F(AcceptedClaimTest, IsAnsweredWithItsOutcomeToWhoPrefersToWait) {
  const auto claim = world_->send(Method::post, kClaims, by(1, "k", "respond-async, wait=5"));
  world_->settle();
  EXPECT_FALSE(claim->answered());
  make_coupons();
  ASSERT_TRUE(claim->answered());
  EXPECT_EQ(claim->status(), 200U);
  EXPECT_EQ(claim->member("coupon").size(), 24U);
}

TEST_F(AcceptedClaimTest, IsAnsweredAsItStandsWhenTheWaitIsOver) {
  const auto claim = world_->send(Method::post, kClaims, by(1, "k", "wait=2"));
  world_->settle();
  // The coupon is made, and its record is not written in time.
  for (int tenth = 0; tenth < 19; ++tenth) {
    world_->advance(milliseconds(100));
    world_->app().tick();
  }
  EXPECT_FALSE(claim->answered());
  world_->advance(milliseconds(100));
  world_->app().tick();
  ASSERT_TRUE(claim->answered());
  EXPECT_EQ(claim->status(), 202U);
  EXPECT_EQ(claim->member("status"), "PROCESSING");
}

TEST_F(AcceptedClaimTest, LetsAQuestionWaitToo) {
  const std::string request = request_of(1);
  const auto question =
      world_->send(Method::get, "/api/v1/claims/" + request, by(1, {}, "wait=10"));
  world_->settle();
  EXPECT_FALSE(question->answered());
  make_coupons();
  EXPECT_EQ(question->member("status"), "COMPLETED");
}

TEST_F(AcceptedClaimTest, DoesNotWaitForWhatIsNoWait) {
  for (const char* prefer : {"wait=0", "wait=", "wait=-1", "wait=1s", "wait", "return=minimal"}) {
    const std::uint32_t user = 1;
    EXPECT_EQ(world_->post(kClaims, by(user, "k", prefer))->status(), 202U) << prefer;
  }
}

TEST_F(AcceptedClaimTest, IsUnavailableWhenItsCouponCannotBeWritten) {
  const std::string request = request_of(1);
  const auto question =
      world_->send(Method::get, "/api/v1/claims/" + request, by(1, {}, "wait=10"));
  world_->fail_next_batch();
  make_coupons();
  ASSERT_TRUE(question->answered());
  EXPECT_EQ(question->code(), "LEDGER_UNAVAILABLE");
  restart();
  make_coupons();
  EXPECT_EQ(status(request, 1)->member("status"), "COMPLETED") << "a restart makes it";
}

TEST(StockCounter, MakesNoMoreThanAThousandCouponsAtATime) {
  World world;
  world.create_event("stock-counter", "1500");
  world.fill(1'500);
  for (std::uint32_t user = 0; user < 1'500; ++user) {
    ASSERT_EQ(world.post(kClaims, by(user))->status(), 202U);
  }
  world.elapse(milliseconds(100));
  EXPECT_EQ(world.get("/api/v1/events/rush")->member("issued"), "1000");
  world.elapse(milliseconds(100));
  EXPECT_EQ(world.get("/api/v1/events/rush")->member("issued"), "1500");
}

}  // namespace
}  // namespace fairrush::server
