#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

constexpr const char* kOrder = "/api/v1/orders/o-1/apply-coupon";
constexpr const char* kWallet = "/api/v1/users/me/coupons";

Sent by(std::uint32_t user, std::string body = {}, std::string key = {}) {
  return {.user = user, .key = std::move(key), .admin = false, .body = std::move(body)};
}

std::string order_of(const std::string& coupon, std::int64_t amount = 10000) {
  return fmt::format(R"({{"coupon":"{}","amount":{}}})", coupon, amount);
}

/// User 0 has won a coupon that takes 25 % off orders of at least 50.00 for a minute.
class RedemptionTest : public testing::Test {
 protected:
  RedemptionTest() : world_(std::make_unique<World>(path())) {
    const auto created = world_->post(
        "/api/v1/events",
        {.user = {},
         .key = {},
         .admin = true,
         .body = R"({"event":"rush","design":"ticket-list","coupons":1,"valid_ms":60000,)"
                 R"("min_amount":5000,"discount_percent":25,)" +
                 world_->windows_from_now() + "}"});
    EXPECT_EQ(created->status(), 201U) << created->body();
    world_->fill(2);
    const auto win = world_->post(kClaims, by(0));
    EXPECT_EQ(win->member("discount"), "25");
    coupon_ = win->member("coupon");
  }

  std::string path() const { return directory_.file("ledger.db"); }

  void restart() {
    world_.reset();
    world_ = std::make_unique<World>(path());
    world_->advance(std::chrono::seconds(4));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
  std::string coupon_;
};

TEST_F(RedemptionTest, ReturnsTheOrdersAmounts) {
  const auto spent = world_->post(kOrder, by(0, order_of(coupon_)));
  EXPECT_EQ(spent->status(), 200U);
  EXPECT_EQ(spent->body(),
            fmt::format(
                R"({{"order":"o-1","coupon":"{}","original":10000,"discount":2500,"final":7500}})",
                coupon_));
}

TEST_F(RedemptionTest, HappensOnceWhateverTheOrder) {
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->status(), 200U);
  for (const char* order : {kOrder, "/api/v1/orders/o-2/apply-coupon"}) {
    const auto again = world_->post(order, by(0, order_of(coupon_)));
    EXPECT_EQ(again->status(), 409U);
    EXPECT_EQ(again->code(), "ALREADY_USED");
  }
}

TEST_F(RedemptionTest, IsAnsweredTheSameUnderTheSameKeyOnly) {
  const auto first = world_->post(kOrder, by(0, order_of(coupon_), "k"));
  const auto again = world_->post(kOrder, by(0, order_of(coupon_), "k"));
  EXPECT_EQ(again->status(), 200U);
  EXPECT_EQ(again->body(), first->body());
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_), "other"))->code(), "ALREADY_USED");
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_, 20000), "k"))->code(), "ALREADY_USED")
      << "another order under the key of the first";
  EXPECT_EQ(world_->post(kOrder, by(1, order_of(coupon_), "k"))->code(), "NOT_OWNED");
}

TEST_F(RedemptionTest, RefusesWhatTheRulesRefuse) {
  EXPECT_EQ(world_->post(kOrder, by(1, order_of(coupon_)))->status(), 403U);
  const auto cheap = world_->post(kOrder, by(0, order_of(coupon_, 4999)));
  EXPECT_EQ(cheap->status(), 422U);
  EXPECT_EQ(cheap->code(), "CONDITION_NOT_MET");
  world_->advance(std::chrono::minutes(1));
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->code(), "COUPON_EXPIRED");
}

TEST_F(RedemptionTest, KnowsOnlyCouponsThatWereIssued) {
  for (const std::string& code : {std::string(), std::string(24, '0'), coupon_ + "0"}) {
    const auto unknown = world_->post(kOrder, by(0, order_of(code)));
    EXPECT_EQ(unknown->status(), 404U);
    EXPECT_EQ(unknown->code(), "UNKNOWN_COUPON");
  }
}

TEST_F(RedemptionTest, SaysWhatIsWrongWithABody) {
  for (const char* body :
       {"", "[]", R"({"coupon":1,"amount":1})", R"({"coupon":"x"})",
        R"({"coupon":"x","amount":-1})", R"({"coupon":"x","amount":1.5})",
        R"({"coupon":"x","amount":1000000000000001})", R"({"coupon":"x","amount":1,"more":1})"}) {
    const auto refused = world_->post(kOrder, by(0, body));
    EXPECT_EQ(refused->code(), "BAD_REQUEST") << body;
  }
  const auto order = world_->post("/api/v1/orders/o%201/apply-coupon", by(0, order_of(coupon_)));
  EXPECT_EQ(order->code(), "BAD_REQUEST");
}

TEST_F(RedemptionTest, IsDurableBeforeItsAnswer) {
  const auto spent = world_->send(Method::post, kOrder, by(0, order_of(coupon_)));
  const auto again = world_->send(Method::post, kOrder, by(0, order_of(coupon_)));
  EXPECT_FALSE(spent->answered());
  EXPECT_FALSE(again->answered()) << "a crash now would make this refusal a lie";
  world_->settle();
  EXPECT_EQ(spent->status(), 200U);
  EXPECT_EQ(again->status(), 409U);
}

TEST_F(RedemptionTest, IsRememberedAfterARestart) {
  const auto first = world_->post(kOrder, by(0, order_of(coupon_), "k"));
  restart();
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->code(), "ALREADY_USED");
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_), "k"))->body(), first->body());
}

TEST_F(RedemptionTest, KeepsItsTermsOverARestart) {
  restart();
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_, 4999)))->code(), "CONDITION_NOT_MET");
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_, 5000)))->member("discount"), "1250");
  world_->advance(std::chrono::minutes(1));
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->code(), "ALREADY_USED");
}

TEST_F(RedemptionTest, EndsWithTheLifeOfItsEvent) {
  world_->post(kOrder, by(0, order_of(coupon_)));
  world_->post(
      "/api/v1/events/rush/reset",
      {.user = {}, .key = {}, .admin = true, .body = "{" + world_->windows_from_now() + "}"});
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->code(), "UNKNOWN_COUPON");
  restart();
  EXPECT_EQ(world_->post(kOrder, by(0, order_of(coupon_)))->code(), "UNKNOWN_COUPON");
}

TEST_F(RedemptionTest, ShowsInTheOwnersWallet) {
  EXPECT_EQ(
      world_->get(kWallet, by(0))->body(),
      fmt::format(R"({{"coupons":[{{"event":"rush","coupon":"{}","redeemed":false}}]}})", coupon_));
  world_->post(kOrder, by(0, order_of(coupon_)));
  EXPECT_THAT(world_->get(kWallet, by(0))->body(), HasSubstr("\"redeemed\":true"));
}

TEST_F(RedemptionTest, LeavesTheWalletsOfOthersEmpty) {
  for (const std::uint32_t user : {1U, 2U}) {
    EXPECT_EQ(world_->get(kWallet, by(user))->body(), R"({"coupons":[]})");
  }
}

TEST_F(RedemptionTest, LooksIntoOneEventWhereTheWalletIsAskedTo) {
  EXPECT_THAT(world_->get(std::string(kWallet) + "?event=rush", by(0))->body(), HasSubstr(coupon_));
  EXPECT_EQ(world_->get(std::string(kWallet) + "?event=none", by(0))->code(), "UNKNOWN_EVENT");
}

TEST(Wallet, ShowsAWinOnlyOnceItIsDurable) {
  World world;
  world.create_event("ticket-list", "1");
  world.fill(1);
  const auto win = world.send(Method::post, kClaims, by(0));
  const auto wallet = world.send(Method::get, kWallet, by(0));
  EXPECT_FALSE(wallet->answered());
  world.settle();
  EXPECT_THAT(wallet->body(), HasSubstr(win->member("coupon")));
}

TEST(Wallet, IsItsOwnersAlone) {
  World world;
  EXPECT_EQ(world.get(kWallet)->code(), "UNAUTHORIZED");
}

}  // namespace
}  // namespace fairrush::server
