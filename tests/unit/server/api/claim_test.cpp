#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

Sent by(std::uint32_t user, std::string key = {}) {
  return {.user = user, .key = std::move(key), .admin = false, .body = {}};
}

Sent admin() {
  return {.user = {}, .key = {}, .admin = true, .body = {}};
}

std::string loss_of(const std::string& design) {
  const bool first_come =
      design == "ticket-list" || design == "preloaded-shuffle" || design == "waiting-room";
  return first_come ? "SOLD_OUT" : "NOT_DRAWN";
}

class ClaimTest : public testing::TestWithParam<std::string> {
 protected:
  ClaimTest() { world_.create_event(GetParam()); }

  /// Ten users of whom two win; finds one of each kind by claiming under `key`.
  void find_winner_and_loser(const std::string& key) {
    world_.fill(10);
    for (std::uint32_t user = 0; user < 10; ++user) {
      const auto call = world_.post(kClaims, by(user, key));
      (call->status() == 200 ? winner_ : loser_) = user;
      if (call->status() == 200) coupon_ = call->member("coupon");
    }
  }

  World world_;
  std::uint32_t winner_ = 0;
  std::uint32_t loser_ = 0;
  std::string coupon_;
};

TEST_P(ClaimTest, GivesTheQuotaAndTellsTheOthersWhy) {
  world_.fill(23);
  std::set<std::string> coupons;
  for (std::uint32_t user = 0; user < 23; ++user) {
    const auto call = world_.post(kClaims, by(user));
    if (call->status() == 200) {
      EXPECT_EQ(call->member("discount").size(), 2U);
      coupons.insert(call->member("coupon"));
    } else {
      EXPECT_EQ(call->status(), 410U);
      EXPECT_EQ(call->code(), loss_of(GetParam()));
    }
  }
  EXPECT_EQ(coupons.size(), 4U);
}

TEST_P(ClaimTest, IsRefusedOutsideItsWindow) {
  world_.fill(5);
  world_.advance(Duration(-1));
  EXPECT_EQ(world_.post(kClaims, by(0))->code(), "NOT_IN_ACTIVE_TIME");
  world_.advance(Duration(1));
  EXPECT_NE(world_.post(kClaims, by(0))->status(), 403U) << "open ≤ t";
  world_.close_rush();
  EXPECT_EQ(world_.post(kClaims, by(1))->code(), "NOT_IN_ACTIVE_TIME") << "t < close";
}

TEST_P(ClaimTest, IsRefusedWithoutAReservation) {
  world_.fill(5);
  EXPECT_EQ(world_.post(kClaims, by(5))->code(), "NOT_RESERVATION");
}

TEST_P(ClaimTest, KeepsOneVerdictPerUser) {
  find_winner_and_loser("");
  const auto win = world_.post(kClaims, by(winner_));
  EXPECT_EQ(win->status(), 409U);
  EXPECT_EQ(win->code(), "ALREADY_CLAIMED");
  EXPECT_EQ(win->member("coupon"), coupon_);
  EXPECT_EQ(world_.post(kClaims, by(loser_))->code(), loss_of(GetParam()));
}

TEST_P(ClaimTest, IsAnsweredTheSameUnderTheSameKeyEvenAfterTheRush) {
  find_winner_and_loser("k");
  for (int time = 0; time < 2; ++time) {
    const auto win = world_.post(kClaims, by(winner_, "k"));
    EXPECT_EQ(win->status(), 200U);
    EXPECT_EQ(win->member("coupon"), coupon_);
    EXPECT_EQ(world_.post(kClaims, by(loser_, "k"))->code(), loss_of(GetParam()));
    world_.close_rush();
  }
}

TEST_P(ClaimTest, KeepsItsVerdictAfterTheRush) {
  find_winner_and_loser("k");
  world_.close_rush();
  for (const char* key : {"", "other"}) {
    const auto win = world_.post(kClaims, by(winner_, key));
    EXPECT_EQ(win->code(), "ALREADY_CLAIMED");
    EXPECT_EQ(win->member("coupon"), coupon_);
    EXPECT_EQ(world_.post(kClaims, by(loser_, key))->code(), loss_of(GetParam()));
  }
  const auto event = world_.get("/api/v1/events/rush");
  EXPECT_EQ(event->member("issued"), "2") << "a verdict that is repeated changes nothing";
}

TEST_P(ClaimTest, IsRefusedAfterTheRushToWhoeverWasNeverJudged) {
  world_.fill(5);
  world_.close_rush();
  for (std::uint32_t user = 0; user < 6; ++user) {
    EXPECT_EQ(world_.post(kClaims, by(user))->code(), "NOT_IN_ACTIVE_TIME") << user;
  }
}

TEST_P(ClaimTest, DoesNotRememberARefusal) {
  world_.fill(5);
  world_.advance(Duration(-1));
  EXPECT_EQ(world_.post(kClaims, by(0, "k"))->status(), 403U);
  world_.advance(Duration(1));
  EXPECT_NE(world_.post(kClaims, by(0, "k"))->status(), 403U);
}

TEST_P(ClaimTest, HoldsBackAWinAndItsDuplicatesUntilTheyAreDurable) {
  world_.fill(10);
  std::vector<std::unique_ptr<Call>> calls;  // losses may be under way too
  while (calls.empty() || calls.back()->status() != 200) {
    calls.push_back(
        world_.send(Method::post, kClaims, by(static_cast<std::uint32_t>(calls.size()))));
  }
  const Call* const win = calls.back().get();
  const auto duplicate =
      world_.send(Method::post, kClaims, by(static_cast<std::uint32_t>(calls.size() - 1)));
  EXPECT_FALSE(win->answered());
  EXPECT_FALSE(duplicate->answered());
  world_.settle();
  EXPECT_TRUE(win->answered() && duplicate->answered());
  EXPECT_EQ(duplicate->member("coupon"), win->member("coupon"));
}

TEST_P(ClaimTest, AppearsInTheLedgerInTheOrderOfIssue) {
  world_.fill(23);
  std::string expected;
  for (std::uint32_t user = 22; user < 23; --user) {
    const auto call = world_.post(kClaims, by(user));
    if (call->status() == 200) expected += call->member("coupon") + "\n";
  }
  const auto ledger = world_.get("/api/v1/events/rush/ledger", admin());
  EXPECT_EQ(ledger->response.content_type, "application/x-ndjson");
  std::string coupons;
  for (std::size_t at = 0; (at = ledger->body().find("\"coupon\":\"", at)) != std::string::npos;) {
    at += 10;
    coupons += ledger->body().substr(at, 24) + "\n";
  }
  EXPECT_EQ(coupons, expected);
}

INSTANTIATE_TEST_SUITE_P(Designs, ClaimTest,
                         testing::Values("sealed-draw", "ticket-list", "preloaded-shuffle",
                                         "blank-tickets"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

TEST(ClaimOfATicketList, TellsALossOnlyWhenTheLastCouponIsDurable) {
  World world;
  world.create_event("ticket-list", "1");
  world.fill(2);
  const auto win = world.send(Method::post, kClaims, by(0));
  const auto loss = world.send(Method::post, kClaims, by(1));
  EXPECT_FALSE(loss->answered()) << "after a crash now, the coupon would still be there";
  world.settle();
  EXPECT_EQ(win->status(), 200U);
  EXPECT_EQ(loss->status(), 410U);
}

/// A claim of the only user of a sealed draw that is sure to win, while the draw is still to run.
class HeldClaim {
 public:
  explicit HeldClaim(Acknowledge acknowledge = Acknowledge::durable)
      : world(":memory:", acknowledge) {
    world.create_event("sealed-draw", "\"100%\"");
    world.hold_draws();
    world.fill(1);
    call = world.send(Method::post, kClaims, by(0));
  }
  World world;
  std::unique_ptr<Call> call;
};

TEST(ClaimOfASealedDraw, WaitsForTheDrawToBeRecorded) {
  HeldClaim claim;
  claim.world.settle();
  EXPECT_FALSE(claim.call->answered()) << "the draw has not run";
  claim.world.run_draws();
  EXPECT_FALSE(claim.call->answered()) << "the draw is not durable";
  claim.world.settle();
  EXPECT_EQ(claim.call->status(), 200U);
}

TEST(ClaimOfASealedDraw, WaitsForTheDrawEvenWhereAnswersNeedNotBeDurable) {
  HeldClaim claim(Acknowledge::decided);
  claim.world.run_draws();
  EXPECT_FALSE(claim.call->answered()) << "a restart could draw differently";
  claim.world.settle();
  EXPECT_EQ(claim.call->status(), 200U);
}

TEST(ClaimOfASealedDraw, IsJudgedByItsArrivalHoweverLongTheDrawTakes) {
  HeldClaim claim;
  claim.world.close_rush();
  claim.world.run_draws();
  claim.world.settle();
  EXPECT_EQ(claim.call->status(), 200U);
}

TEST(ClaimOfASealedDraw, IsRefusedWhenTheServerStopsBeforeTheDraw) {
  HeldClaim claim;
  claim.world.settle();
  claim.world.app().refuse_held();
  EXPECT_EQ(claim.call->status(), 503U);
  EXPECT_EQ(claim.call->code(), "DRAINING");
  EXPECT_GT(claim.call->response.retry_after_seconds, 0U);
}

TEST(ClaimOfASealedDraw, IsRefusedWhenTheEventIsResetBeforeTheDraw) {
  HeldClaim claim;
  Sent reset = admin();
  reset.body = "{" + claim.world.windows_from_now() + "}";
  const auto done = claim.world.send(Method::post, "/api/v1/events/rush/reset", reset);
  EXPECT_EQ(claim.call->code(), "NOT_IN_ACTIVE_TIME");
  claim.world.run_draws();  // the old event's draw comes too late to matter
  claim.world.settle();
  EXPECT_EQ(done->status(), 200U);
  EXPECT_EQ(claim.world.get("/api/v1/events/rush")->member("root"), "null");
}

}  // namespace
}  // namespace fairrush::server
