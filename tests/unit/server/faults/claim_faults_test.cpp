// What faults of rules and queues do to claims, and that the sound server does not.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/server/faults/trial.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(OffByOne, GivesOneCouponTooMany) {
  for (const auto& [fault, expected] : {std::pair("off-by-one", 11U), std::pair(kNoFault, 10U)}) {
    Trial trial(fault, "ticket-list", "10", 30);
    trial.claim_all(30);
    trial.finish();
    EXPECT_EQ(trial.ledger_rows(), expected);
  }
}

TEST(CodeCounterWraps, GivesTwoUsersOneCode) {
  for (const auto& [fault, codes] :
       {std::pair("code-counter-wraps", 32U), std::pair(kNoFault, 40U)}) {
    Trial trial(fault, "ticket-list", "40", 40);
    trial.claim_all(40);
    trial.finish();
    EXPECT_EQ(trial.wins(), 40U);
    EXPECT_EQ(trial.coupons().size(), codes);
    EXPECT_EQ(trial.ledger_rows(), 40U);
  }
}

TEST(DuplicateBurnsStock, LosesACouponWithEveryDuplicate) {
  for (const auto& [fault, issued] :
       {std::pair("duplicate-burns-stock", 6U), std::pair(kNoFault, 10U)}) {
    Trial trial(fault, "ticket-list", "10", 30);
    for (int time = 0; time < 4; ++time) trial.claim(0);
    trial.claim_all(30);
    trial.finish();
    EXPECT_EQ(trial.ledger_rows(), issued) << "user 0 claims five times in all";
    EXPECT_EQ(trial.event("remaining"), "0");
  }
}

TEST(RetryMintsNew, GivesARetryAnotherCoupon) {
  for (const auto& [fault, coupons] : {std::pair("retry-mints-new", 2U), std::pair(kNoFault, 1U)}) {
    Trial trial(fault, "ticket-list", "10", 20);
    trial.claim(3, "key");
    trial.finish(milliseconds(100));
    trial.claim(3, "key");
    trial.finish();
    EXPECT_EQ(trial.wins(), 2U);
    EXPECT_EQ(trial.coupons().size(), coupons);
  }
}

TEST(RetryMintsNew, RepeatsTheAnswerOnceItIsWritten) {
  Trial trial("retry-mints-new", "ticket-list", "10", 20);
  trial.claim(3, "key");
  trial.finish(milliseconds(600));
  trial.claim(3, "key");
  trial.finish();
  EXPECT_EQ(trial.coupons().size(), 1U);
}

TEST(ReservationNotChecked, GivesCouponsToIntruders) {
  for (const auto& [fault, status] :
       {std::pair("reservation-not-checked", 200U), std::pair(kNoFault, 403U)}) {
    Trial trial(fault, "ticket-list", "10", 20);
    trial.claim(77);
    trial.finish();
    EXPECT_EQ(trial.calls.front()->status(), status);
    EXPECT_EQ(trial.ledger_rows("\"user\":77,"), status == 200 ? 1U : 0U);
    EXPECT_EQ(trial.event("roster"), "20");
  }
}

TEST(ReservationNotChecked, KeepsToTheStockAndToOneCouponAnIntruder) {
  Trial trial("reservation-not-checked", "ticket-list", "2", 5);
  trial.claim(77);
  trial.claim(77);
  trial.claim(78);
  trial.claim(79);
  trial.finish();
  EXPECT_EQ(trial.calls[1]->code(), "ALREADY_CLAIMED");
  EXPECT_EQ(trial.calls[1]->member("coupon"), trial.calls[0]->member("coupon"));
  EXPECT_EQ(trial.calls[3]->code(), "SOLD_OUT");
  EXPECT_EQ(trial.ledger_rows(), 2U);
}

TEST(WindowOffBy1s, OpensLateAndClosesLate) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "window-off-by-1s" : kNoFault, "ticket-list", "10", 20);
    EXPECT_EQ(trial.claim(0).code() == "NOT_IN_ACTIVE_TIME", faulty) << "claims have just opened";
    trial.world.advance(seconds(1));
    trial.claim(1);
    trial.world.settle();
    EXPECT_EQ(trial.calls.back()->status() == 200, faulty) << "claims have just closed";
  }
}

TEST(LosersMayRetry, LetsALoserWinAtLast) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "losers-may-retry" : kNoFault, "bernoulli", "\"20%\"", 50);
    const auto claim = [&trial](std::uint32_t user) -> const Call& {
      const Call& call = trial.claim(user);
      trial.world.settle();
      return call;
    };
    // Somebody loses before all ten coupons are gone, but with chance 0.2^10 = 1e-7.
    std::uint32_t loser = 0;
    while (claim(loser).status() == 200) ++loser;
    ASSERT_EQ(trial.calls.back()->code(), "NOT_DRAWN");
    // And does not win in a hundred tries with chance 0.8^100 = 2e-10.
    bool won = false;
    for (int time = 0; time < 100; ++time) won |= claim(loser).status() == 200;
    EXPECT_EQ(won, faulty);
    EXPECT_LE(trial.ledger_rows(), 10U);
  }
}

TEST(StaleStockCache, SaysSoldOutBeforeOthersWin) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "stale-stock-cache" : kNoFault, "ticket-list", "10", 20);
    trial.claim(0);
    trial.finish(milliseconds(100));
    trial.claim(1);
    trial.finish(milliseconds(100));
    EXPECT_EQ(trial.calls[0]->code() == "SOLD_OUT", faulty);
    EXPECT_EQ(trial.calls[1]->status(), 200U);
  }
}

TEST(LifoQueue, TellsTheOldestThatNothingIsLeftWhileLaterOnesWin) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "lifo-queue" : kNoFault, "ticket-list", "10", 20);
    trial.claim_all(6);
    trial.finish(milliseconds(100));
    trial.claim(19);
    trial.finish(milliseconds(100));
    EXPECT_EQ(trial.calls[0]->code() == "SOLD_OUT", faulty);
    EXPECT_EQ(trial.calls.back()->status(), 200U) << "a win after the loss of user 0 was told";
  }
}

TEST(Always403, RefusesEveryClaimUnderEveryDesign) {
  for (const char* design : {"sealed-draw", "ticket-list", "batch-draw"}) {
    Trial trial("always-403", design, "\"100%\"", 5);
    trial.claim_all(5);
    trial.finish();
    for (const auto& call : trial.calls) EXPECT_EQ(call->status(), 403U);
  }
}

}  // namespace
}  // namespace fairrush::server
