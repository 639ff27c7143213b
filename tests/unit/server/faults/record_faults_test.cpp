// What faults do to what is kept and told: ledger, bus, wallets, redemptions.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/faults/faults.hpp"
#include "tests/unit/server/faults/trial.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

using testing::HasSubstr;

TEST(AckThenDrop, LosesTheRecordOfAnAcknowledgedCoupon) {
  for (const auto& [fault, recorded] :
       {std::pair("ack-then-drop", 19U), std::pair(kNoFault, 20U)}) {
    Trial trial(fault, "ticket-list", "20", 20);
    trial.claim_all(20);
    trial.finish();
    EXPECT_EQ(trial.wins(), 20U);
    EXPECT_EQ(trial.ledger_rows(), recorded);
  }
}

TEST(PhantomRow, RecordsACouponThatNobodyWasTold) {
  for (const auto& [fault, recorded] : {std::pair("phantom-row", 2U), std::pair(kNoFault, 1U)}) {
    Trial trial(fault, "ticket-list", "20", 20);
    trial.claim(4);
    trial.finish();
    EXPECT_EQ(trial.ledger_rows(), recorded);
    EXPECT_EQ(trial.ledger_rows("\"user\":4,"), 1U);
    trial.claim_all(20);
    trial.finish();
    EXPECT_EQ(trial.wins(), 20U) << "the ledger takes more than one of them";
  }
}

TEST(OutboxSkips, KeepsAMessageFromTheBus) {
  for (const auto& [fault, heard] : {std::pair("outbox-skips", 18U), std::pair(kNoFault, 20U)}) {
    Trial trial(fault, "ticket-list", "20", 20);
    trial.claim_all(20);
    trial.finish();
    EXPECT_EQ(trial.audit_rows(), heard);
    EXPECT_EQ(trial.event("outbox_pending"), "0") << "and says that all were told";
  }
}

TEST(StatusStuck, LeavesTheWalletsOfSomeWinnersEmpty) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "status-stuck" : kNoFault, "ticket-list", "20", 20);
    trial.claim_all(20);
    trial.finish();
    for (std::uint32_t user = 0; user < 20; ++user) {
      const auto wallet = trial.world.get("/api/v1/users/me/coupons",
                                          {.user = user, .key = {}, .admin = false, .body = {}});
      EXPECT_EQ(wallet->body() == R"({"coupons":[]})", faulty && user % 3 == 0) << user;
    }
  }
}

TEST(StatusStuck, LeavesSomeAcceptedClaimsPendingForEver) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "status-stuck" : kNoFault, "stock-counter", "20", 20);
    trial.claim_all(20);
    trial.finish();
    for (std::uint32_t user = 0; user < 20; ++user) {
      const std::string path = "/api/v1/claims/" + trial.calls[user]->member("request");
      const std::string status = trial.world.get(path, {.user = user})->member("status");
      EXPECT_EQ(status, faulty && user % 3 == 0 ? "PROCESSING" : "COMPLETED") << user;
    }
  }
}

TEST(DoubleRedeem, SpendsACouponTwiceOnOrdersThatComeTogether) {
  for (const bool faulty : {true, false}) {
    Trial trial(faulty ? "double-redeem" : kNoFault, "ticket-list", "20", 20);
    trial.claim(0);
    trial.finish();
    const Sent order{.user = 0,
                     .key = {},
                     .admin = false,
                     .body = fmt::format(R"({{"coupon":"{}","amount":1000}})",
                                         trial.calls[0]->member("coupon"))};
    const auto first = trial.world.send(Method::post, "/api/v1/orders/a/apply-coupon", order);
    const auto second = trial.world.send(Method::post, "/api/v1/orders/b/apply-coupon", order);
    trial.finish();
    EXPECT_EQ(first->status(), 200U);
    EXPECT_EQ(second->status(), faulty ? 200U : 409U);
    EXPECT_EQ(trial.world.post("/api/v1/orders/c/apply-coupon", order)->code(), "ALREADY_USED");
  }
}

TEST(Faults, AreNamedWhereverAServerIsAsked) {
  Trial trial("off-by-one", "ticket-list", "1", 1);
  EXPECT_EQ(trial.world.get("/readyz")->member("fault"), "off-by-one");
  EXPECT_EQ(trial.event("fault"), "off-by-one");
  World sound;
  sound.create_event("ticket-list");
  EXPECT_EQ(sound.get("/readyz")->member("fault"), "");
  EXPECT_EQ(sound.get("/api/v1/events/rush")->member("fault"), "null");
}

TEST(Faults, AreRefusedWhereTheyMakeNoSense) {
  for (const FaultRow& fault : faults()) {
    for (const DesignRow& design : designs()) {
      if (!design.in_memory) continue;
      World world(":memory:", Acknowledge::durable, fault.name);
      const auto created =
          world.post("/api/v1/events",
                     {.user = {},
                      .key = {},
                      .admin = true,
                      .body = fmt::format(R"({{"event":"rush","design":"{}","coupons":1,{}}})",
                                          design.name, world.windows_from_now())});
      EXPECT_EQ(created->status(), !fits(fault, design.name) ? 400U
                                   : design.in_memory        ? 201U
                                                             : 422U)
          << fault.name << ' ' << design.name;
      if (created->status() == 400) {
        EXPECT_THAT(created->member("detail"), HasSubstr(std::string(fault.name)));
        EXPECT_THAT(created->member("detail"), HasSubstr(designs_text(fault)));
      }
    }
  }
}

TEST(Faults, KeepTheirLedgersToThemselves) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("ledger.db");
  ASSERT_TRUE(SqliteLedger::open(path, Promises::waived));
  const auto sound = SqliteLedger::open(path);
  ASSERT_FALSE(sound);
  EXPECT_THAT(sound.error(), HasSubstr("another program"));
  const auto again = SqliteLedger::open(path, Promises::waived);
  ASSERT_FALSE(again);
  EXPECT_THAT(again.error(), HasSubstr("name a new file"));
}

}  // namespace
}  // namespace fairrush::server
