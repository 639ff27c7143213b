// What happens under faults to claims that come together, and that it does not on the sound server.
#include <gtest/gtest.h>

#include "tests/unit/server/faults/trial.hpp"

namespace fairrush::server {
namespace {

using std::chrono::milliseconds;

std::uint32_t issued_at_once(std::string_view fault, std::uint32_t users) {
  Trial trial(fault, "ticket-list", "10", users);
  trial.claim_all(users);
  trial.finish();
  EXPECT_EQ(trial.ledger_rows(), trial.coupons().size()) << "every coupon is recorded";
  return trial.ledger_rows();
}

TEST(OversellRace, GivesMoreCouponsThanThereAreToClaimsThatComeTogether) {
  EXPECT_EQ(issued_at_once("oversell-race", 30), 30U);
  EXPECT_EQ(issued_at_once(kNoFault, 30), 10U);
}

TEST(OversellRace, GoesUnnoticedWhenClaimsComeOneByOne) {
  Trial trial("oversell-race", "ticket-list", "10", 30);
  for (std::uint32_t user = 0; user < 30; ++user) {
    trial.claim(user);
    trial.finish(milliseconds(10));
  }
  EXPECT_EQ(trial.ledger_rows(), 10U);
}

TEST(OversellRace, StillGivesOneCouponAUser) {
  Trial trial("oversell-race", "ticket-list", "10", 30);
  trial.claim(0);
  trial.claim(0);
  trial.finish();
  EXPECT_EQ(trial.ledger_rows(), 1U);
}

TEST(LockExpiresEarly, LosesDecrementsBehindAPausedHolder) {
  EXPECT_GT(issued_at_once("lock-expires-early", 60), 10U);
  EXPECT_EQ(issued_at_once(kNoFault, 60), 10U);
}

std::uint32_t coupons_of_a_double_click(std::string_view fault) {
  Trial trial(fault, "ticket-list", "10", 20);
  trial.claim(3);
  trial.claim(3);
  trial.finish();
  return trial.ledger_rows("\"user\":3,");
}

TEST(RacyDedupe, GivesADoubleClickTwoCoupons) {
  EXPECT_EQ(coupons_of_a_double_click("racy-dedupe"), 2U);
  EXPECT_EQ(coupons_of_a_double_click(kNoFault), 1U);
}

TEST(RacyDedupe, NeverOversells) {
  EXPECT_EQ(issued_at_once("racy-dedupe", 30), 10U);
}

TEST(RacyDedupe, GoesUnnoticedWhenTheSecondClickComesLater) {
  Trial trial("racy-dedupe", "ticket-list", "10", 20);
  trial.claim(3);
  trial.finish();
  EXPECT_EQ(trial.claim(3).code(), "ALREADY_CLAIMED");
  EXPECT_EQ(trial.ledger_rows(), 1U);
}

/// What a client that leaves leaves behind: issued coupons and those that remain.
std::pair<std::string, std::string> left_behind(std::string_view fault) {
  Trial trial(fault, "ticket-list", "10", 20);
  trial.claim(3).left = true;
  trial.finish();
  return {trial.event("issued"), trial.event("remaining")};
}

TEST(LostOnDisconnect, LosesTheCouponOfAClientThatLeaves) {
  EXPECT_EQ(left_behind("lost-on-disconnect"), (std::pair<std::string, std::string>("0", "9")));
  EXPECT_EQ(left_behind(kNoFault), (std::pair<std::string, std::string>("1", "9")));
}

TEST(LostOnDisconnect, ServesAClientThatStays) {
  EXPECT_EQ(issued_at_once("lost-on-disconnect", 30), 10U);
}

TEST(RacyClaims, AreRefusedWhenTheirEventIsResetMeanwhile) {
  for (const char* fault : {"oversell-race", "racy-dedupe", "lock-expires-early", "lifo-queue"}) {
    Trial trial(fault, "ticket-list", "10", 5);
    trial.claim_all(3);
    const auto reset = trial.world.send(
        Method::post, "/api/v1/events/rush/reset",
        {.user = {}, .key = {}, .admin = true, .body = "{" + trial.world.windows_from_now() + "}"});
    trial.finish();
    for (const auto& call : trial.calls) EXPECT_EQ(call->code(), "NOT_IN_ACTIVE_TIME") << fault;
  }
}

}  // namespace
}  // namespace fairrush::server
