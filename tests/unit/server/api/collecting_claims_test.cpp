// Claims that wait for the moment at which their design decides.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;

Sent by(std::uint32_t user, std::string key = {}) {
  return {.user = user, .key = std::move(key), .admin = false, .body = {}};
}

class CollectingDesign : public testing::TestWithParam<std::string> {
 protected:
  CollectingDesign() { start(); }

  void start() { world_ = std::make_unique<World>(directory_.file("ledger.db")); }

  void open_claims(std::uint32_t users) {
    const auto created =
        world_->post("/api/v1/events", {.user = {},
                                        .key = {},
                                        .admin = true,
                                        .body = R"({"event":"rush","design":")" + GetParam() +
                                                R"(","coupons":"20%","batch_ms":200,)"
                                                R"("waiting_ms":200,)" +
                                                world_->windows_from_now() + "}"});
    EXPECT_EQ(created->status(), 201U) << created->body();
    world_->fill(users);
  }

  Call& claim(std::uint32_t user, std::string key = {}) {
    calls_.push_back(world_->send(Method::post, kClaims, by(user, std::move(key))));
    return *calls_.back();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
  std::vector<std::unique_ptr<Call>> calls_;
};

TEST_P(CollectingDesign, AnswersHeldClaimsAtTheirMoment) {
  open_claims(20);
  for (std::uint32_t user = 0; user < 20; ++user) claim(user);
  world_->elapse(milliseconds(199));
  for (const auto& call : calls_) EXPECT_FALSE(call->answered());
  world_->elapse(milliseconds(1));
  std::uint32_t wins = 0;
  for (const auto& call : calls_) {
    EXPECT_TRUE(call->answered());
    wins += call->status() == 200 ? 1U : 0U;
  }
  EXPECT_EQ(wins, 4U);
}

TEST_P(CollectingDesign, DecidesOnTheNextRequestWhenNoTickCameInBetween) {
  open_claims(5);
  claim(0);
  world_->advance(milliseconds(200));
  claim(1);
  world_->settle();
  EXPECT_TRUE(calls_[0]->answered());
}

TEST_P(CollectingDesign, AnswersADoubleClickWithOneCoupon) {
  open_claims(5);
  for (std::uint32_t user = 0; user < 5; ++user) {
    claim(user, "k");
    claim(user, "k");
    claim(user, "other");
  }
  world_->elapse(milliseconds(200));
  std::uint32_t wins = 0;
  for (std::uint32_t user = 0; user < 5; ++user) {
    const Call& first = *calls_[3 * user];
    const Call& second = *calls_[3 * user + 1];
    const Call& third = *calls_[3 * user + 2];
    EXPECT_EQ(second.body(), first.body());
    if (first.status() != 200) continue;
    ++wins;
    EXPECT_EQ(third.code(), "ALREADY_CLAIMED");
    EXPECT_EQ(third.member("coupon"), first.member("coupon"));
  }
  EXPECT_EQ(wins, 1U);
}

TEST_P(CollectingDesign, AnswersAClaimOfTheLastMomentAfterTheClose) {
  open_claims(5);
  world_->elapse(milliseconds(999));
  claim(0);
  world_->elapse(milliseconds(300));
  EXPECT_TRUE(calls_[0]->answered());
  EXPECT_NE(calls_[0]->code(), "NOT_IN_ACTIVE_TIME");
}

TEST_P(CollectingDesign, KeepsEveryVerdictOverARestart) {
  open_claims(20);
  for (std::uint32_t user = 0; user < 20; ++user) claim(user, "k");
  world_->elapse(milliseconds(200));
  world_.reset();
  start();
  world_->advance(std::chrono::seconds(3) + milliseconds(400));
  for (std::uint32_t user = 0; user < 20; ++user) {
    EXPECT_EQ(world_->post(kClaims, by(user, "k"))->body(), calls_[user]->body()) << user;
  }
}

TEST_P(CollectingDesign, RefusesHeldClaimsWhenTheLedgerFails) {
  open_claims(5);
  claim(0);
  claim(1);
  world_->fail_next_batch();
  world_->elapse(milliseconds(200));
  for (const auto& call : calls_) EXPECT_EQ(call->code(), "LEDGER_UNAVAILABLE");
}

TEST_P(CollectingDesign, RefusesHeldClaimsWhenTheServerStops) {
  open_claims(5);
  claim(0);
  world_->app().refuse_held();
  EXPECT_EQ(calls_[0]->code(), "DRAINING");
}

INSTANTIATE_TEST_SUITE_P(Designs, CollectingDesign, testing::Values("batch-draw", "waiting-room"),
                         [](const auto& param) {
                           return param.param == "batch-draw" ? "batch_draw" : "waiting_room";
                         });

TEST(BlankTicketsOverHttp, TellALossOnlyWhenItIsDurable) {
  World world;
  world.create_event("blank-tickets", "0");
  world.fill(1);
  const auto loss = world.send(Method::post, kClaims, by(0));
  EXPECT_FALSE(loss->answered()) << "a restart would pop another slip";
  world.settle();
  EXPECT_EQ(loss->code(), "NOT_DRAWN");
}

TEST(PreloadedShuffleOverHttp, SpendsTheDiscountThatItsCouponHas) {
  World world;
  world.create_event("preloaded-shuffle", "20");
  world.fill(20);
  std::map<std::string, int> discounts;
  for (std::uint32_t user = 0; user < 20; ++user) {
    const auto win = world.post(kClaims, by(user));
    ++discounts[win->member("discount")];
    Sent order = by(user);
    order.body = R"({"coupon":")" + win->member("coupon") + R"(","amount":100})";
    EXPECT_EQ(world.post("/api/v1/orders/o/apply-coupon", order)->member("discount"),
              win->member("discount"));
  }
  EXPECT_EQ(discounts, (std::map<std::string, int>{{"10", 14}, {"20", 5}, {"50", 1}}));
}

}  // namespace
}  // namespace fairrush::server
