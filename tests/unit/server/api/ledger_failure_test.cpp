#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

Sent by(std::uint32_t user) {
  return {.user = user, .key = {}, .admin = false, .body = {}};
}

class LedgerFailureTest : public testing::Test {
 protected:
  LedgerFailureTest() {
    world_.create_event("sealed-draw");
    world_.enter_reservations();
    kept_ = world_.post(kReservations, by(0));
    world_.fail_next_batch();
    lost_ = world_.post(kReservations, by(1));
  }
  World world_;
  std::unique_ptr<Call> kept_;
  std::unique_ptr<Call> lost_;
};

TEST_F(LedgerFailureTest, TurnsTheUnwrittenAnswerIntoARefusal) {
  EXPECT_EQ(kept_->status(), 201U);
  EXPECT_EQ(lost_->status(), 503U);
  EXPECT_EQ(lost_->code(), "LEDGER_UNAVAILABLE");
  EXPECT_GT(lost_->response.retry_after_seconds, 0U);
  EXPECT_THAT(lost_->body(), testing::Not(testing::HasSubstr("token")));
}

TEST_F(LedgerFailureTest, RefusesEveryChangeFromThenOn) {
  EXPECT_EQ(world_.post(kReservations, by(2))->code(), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(world_.post(kReservations, by(1))->code(), "LEDGER_UNAVAILABLE") << "no duplicate";
  EXPECT_EQ(world_.post(kClaims, by(0))->code(), "LEDGER_UNAVAILABLE");
  const std::string windows = world_.windows_from_now();
  const Sent create{.user = {},
                    .key = {},
                    .admin = true,
                    .body = R"({"event":"next","coupons":1,)" + windows + "}"};
  EXPECT_EQ(world_.post("/api/v1/events", create)->code(), "LEDGER_UNAVAILABLE");
  const Sent reset{.user = {}, .key = {}, .admin = true, .body = "{" + windows + "}"};
  EXPECT_EQ(world_.post("/api/v1/events/rush/reset", reset)->code(), "LEDGER_UNAVAILABLE");
}

TEST_F(LedgerFailureTest, ShowsNothingThatIsNotWritten) {
  const Sent admin{.user = {}, .key = {}, .admin = true, .body = {}};
  EXPECT_EQ(world_.get("/api/v1/events/rush")->code(), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(world_.get("/api/v1/events/rush/ledger", admin)->code(), "LEDGER_UNAVAILABLE");
}

TEST_F(LedgerFailureTest, IsSaidByReadiness) {
  const auto call = world_.get("/readyz");
  EXPECT_EQ(call->status(), 503U);
  EXPECT_THAT(call->member("detail"), testing::HasSubstr("disk full"));
  EXPECT_EQ(world_.get("/livez")->status(), 200U);
}

TEST_F(LedgerFailureTest, LeavesTheDrawUndone) {
  world_.enter_rush();
  world_.app().tick();
  world_.settle();
  EXPECT_EQ(world_.get("/api/v1/events/rush/draw/roster")->code(), "NOT_YET_PUBLISHED");
}

TEST(LedgerFailureOfADraw, RefusesTheClaimsThatWaitForIt) {
  World world;
  world.create_event("sealed-draw", "\"100%\"");
  world.hold_draws();
  world.fill(1);
  const auto claim = world.send(Method::post, kClaims, by(0));
  world.fail_next_batch();
  world.run_draws();
  world.settle();
  EXPECT_EQ(claim->code(), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(world.get("/api/v1/events/rush/draw/roster")->code(), "NOT_YET_PUBLISHED");
}

/// A draw that throws where nobody catches, and a claim that waits for it.
class DrawFailureTest : public testing::Test {
 protected:
  DrawFailureTest() {
    world_.create_event("sealed-draw", "\"100%\"");
    world_.hold_draws();
    world_.fail_draws(true);
    world_.fill(2);
    held_ = world_.send(Method::post, kClaims, by(0));
    world_.settle();
    EXPECT_FALSE(held_->answered());
    world_.run_draws();
    world_.settle();
  }
  World world_;
  std::unique_ptr<Call> held_;
};

TEST_F(DrawFailureTest, RefusesTheClaimsThatWaitAndThoseThatCome) {
  EXPECT_TRUE(held_->answered());
  EXPECT_EQ(held_->status(), 503U);
  EXPECT_EQ(held_->code(), "DRAW_FAILED");
  EXPECT_GT(held_->response.retry_after_seconds, 0U);
  EXPECT_EQ(world_.post(kClaims, by(1))->code(), "DRAW_FAILED");
}

TEST_F(DrawFailureTest, IsSaidByReadiness) {
  const auto call = world_.get("/readyz");
  EXPECT_EQ(call->code(), "DRAW_FAILED");
  EXPECT_THAT(call->member("detail"), testing::HasSubstr("event 'rush': std::bad_alloc"));
  EXPECT_EQ(world_.get("/livez")->status(), 200U);
}

TEST_F(DrawFailureTest, EndsWithAReset) {
  world_.fail_draws(false);
  const std::string windows = "{" + world_.windows_from_now() + "}";
  world_.post("/api/v1/events/rush/reset", {.user = {}, .key = {}, .admin = true, .body = windows});
  EXPECT_EQ(world_.get("/readyz")->status(), 200U);
}

}  // namespace
}  // namespace fairrush::server
