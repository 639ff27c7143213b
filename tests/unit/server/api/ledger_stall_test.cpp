// What users see of a ledger that is away for a while.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

Sent by(std::uint32_t user) {
  return {.user = user, .key = "key", .admin = false, .body = {}};
}

class LedgerStallTest : public testing::Test {
 protected:
  LedgerStallTest() {
    world_.create_event("ticket-list");
    world_.enter_reservations();
    world_.app().tick();
    waiting_ = world_.send(Method::post, kReservations, by(1));
    world_.advance(CommitQueue::kPatience);
    world_.app().tick();
  }
  World world_;
  std::unique_ptr<Call> waiting_;
};

TEST_F(LedgerStallTest, EndsTheWaitOfARequestWithARefusal) {
  ASSERT_TRUE(waiting_->answered());
  EXPECT_EQ(waiting_->code(), "LEDGER_UNAVAILABLE");
  EXPECT_GT(waiting_->response.retry_after_seconds, 0U);
  EXPECT_THAT(waiting_->body(), testing::Not(testing::HasSubstr("token")));
}

TEST_F(LedgerStallTest, RefusesWhatComesMeanwhile) {
  const auto call = world_.send(Method::post, kReservations, by(2));
  ASSERT_TRUE(call->answered());
  EXPECT_EQ(call->code(), "LEDGER_UNAVAILABLE");
  EXPECT_EQ(world_.send(Method::get, "/readyz")->code(), "LEDGER_UNAVAILABLE");
}

TEST_F(LedgerStallTest, IsOverWhenTheLedgerAnswersAndNothingIsLost) {
  world_.settle();
  EXPECT_EQ(world_.get("/readyz")->status(), 200U);
  // Decided before the refusal, durable after it: the same request is answered the same.
  const auto again = world_.post(kReservations, by(1));
  EXPECT_EQ(again->status(), 201U) << again->body();
  EXPECT_EQ(again->member("ticket"), "1");
}

}  // namespace
}  // namespace fairrush::server
