#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "server/ledger/sqlite.hpp"
#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

Sent by(std::uint32_t user, std::string key = {}) {
  return {.user = user, .key = std::move(key), .admin = false, .body = {}};
}

Sent admin() {
  return {.user = {}, .key = {}, .admin = true, .body = {}};
}

/// A server that can die and come back over the same ledger, its clock moved on to the same moment.
class RecoveryTest : public testing::TestWithParam<std::string> {
 protected:
  RecoveryTest() : world_(std::make_unique<World>(path())) { world_->create_event(GetParam()); }

  std::string path() const { return directory_.file("ledger.db"); }

  void restart(Duration since_creation) {
    world_.reset();
    world_ = std::make_unique<World>(path());
    world_->advance(since_creation);
    world_->app().tick();
    world_->settle();
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
};

constexpr Duration kReserving = std::chrono::milliseconds(1500);
constexpr Duration kRushing = std::chrono::milliseconds(3500);

TEST_P(RecoveryTest, AnswersReservationsTheSame) {
  world_->enter_reservations();
  const auto first = world_->post(kReservations, by(7, "a"));
  world_->post(kReservations, by(8));
  restart(kReserving);
  EXPECT_EQ(world_->post(kReservations, by(7, "a"))->body(), first->body());
  EXPECT_EQ(world_->post(kReservations, by(8))->code(), "ERROR_DUPLICATED_RESERVATION");
  EXPECT_EQ(world_->post(kReservations, by(9))->member("ticket"), "3");
}

TEST_P(RecoveryTest, KeepsEveryVerdictAndEveryCoupon) {
  world_->fill(20);
  std::map<std::uint32_t, std::string> answers;
  for (std::uint32_t user = 0; user < 20; ++user) {
    answers[user] = world_->post(kClaims, by(user, "k"))->body();
  }
  const std::string ledger = world_->get("/api/v1/events/rush/ledger", admin())->body();
  restart(kRushing);
  for (std::uint32_t user = 0; user < 20; ++user) {
    EXPECT_EQ(world_->post(kClaims, by(user, "k"))->body(), answers[user]) << user;
  }
  EXPECT_EQ(world_->get("/api/v1/events/rush/ledger", admin())->body(), ledger);
}

TEST_P(RecoveryTest, GivesNoMoreThanTheQuotaOverARestart) {
  world_->fill(20);
  unsigned wins = 0;
  for (std::uint32_t user = 0; user < 10; ++user) {
    wins += world_->post(kClaims, by(user))->status() == 200 ? 1U : 0U;
  }
  restart(kRushing);
  for (std::uint32_t user = 0; user < 20; ++user) {
    wins += world_->post(kClaims, by(user))->status() == 200 ? 1U : 0U;
  }
  EXPECT_EQ(wins, 4U);
}

TEST_P(RecoveryTest, DoesNotKeepWhatWasNeverDurable) {
  world_->enter_reservations();
  const auto call = world_->send(Method::post, kReservations, by(7));
  EXPECT_FALSE(call->answered());
  restart(kReserving);
  EXPECT_EQ(world_->post(kReservations, by(7))->status(), 201U);
}

TEST_P(RecoveryTest, KnowsOnlyTheNewLifeOfAnEventThatWasReset) {
  world_->fill(5);
  Sent reset = admin();
  reset.body = "{" + world_->windows_from_now() + "}";
  const std::string commitment =
      world_->post("/api/v1/events/rush/reset", reset)->member("commitment");
  restart(kRushing);
  EXPECT_EQ(world_->get("/api/v1/events/rush")->member("roster"), "0");
  EXPECT_EQ(world_->get("/api/v1/events/rush")->member("commitment"), commitment);
}

TEST_P(RecoveryTest, RemembersTheKeyOfAResetAndOfACreation) {
  Sent create = admin();
  create.key = "create";
  create.body = R"({"event":"other","coupons":1,)" + world_->windows_from_now() + "}";
  Sent reset = admin();
  reset.key = "reset";
  reset.body = "{" + world_->windows_from_now() + "}";
  const std::string created = world_->post("/api/v1/events", create)->body();
  world_->post("/api/v1/events/rush/reset", reset);
  world_->enter_reservations();
  world_->post(kReservations, by(7));
  restart(Duration(0));
  EXPECT_EQ(world_->post("/api/v1/events", create)->body(), created);
  EXPECT_EQ(world_->post("/api/v1/events/rush/reset", reset)->member("roster"), "1");
}

INSTANTIATE_TEST_SUITE_P(Designs, RecoveryTest,
                         testing::Values("sealed-draw", "ticket-list", "preloaded-shuffle",
                                         "blank-tickets"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

class DrawRecoveryTest : public RecoveryTest {};

TEST_P(DrawRecoveryTest, PublishesTheSameDraw) {
  world_->fill(20);
  const std::string draw = world_->get("/api/v1/events/rush/draw")->body();
  const std::string roster = world_->get("/api/v1/events/rush/draw/roster")->body();
  restart(kRushing);
  EXPECT_EQ(world_->get("/api/v1/events/rush/draw")->body(), draw);
  EXPECT_EQ(world_->get("/api/v1/events/rush/draw/roster")->body(), roster);
}

TEST_P(DrawRecoveryTest, DrawsAfterTheRestartWhatWasNotDrawnBefore) {
  world_->hold_draws();
  world_->fill(20);
  restart(kRushing);
  unsigned wins = 0;
  for (std::uint32_t user = 0; user < 20; ++user) {
    wins += world_->post(kClaims, by(user))->status() == 200 ? 1U : 0U;
  }
  EXPECT_EQ(wins, 4U);
}

TEST_P(DrawRecoveryTest, TakesNoReservationOnceTheDrawIsRecorded) {
  world_->fill(20);
  restart(kReserving);  // a clock that was set back must not reopen a roster that was drawn over
  EXPECT_EQ(world_->post(kReservations, by(77))->code(), "NOT_IN_ACTIVE_TIME");
}

TEST_P(DrawRecoveryTest, RefusesALedgerWhoseDrawDoesNotFollowFromItsRoster) {
  world_->fill(20);
  world_.reset();
  ASSERT_TRUE(
      SqliteDatabase::open(path())->execute("UPDATE reservation SET user=99 WHERE ticket=3"));
  auto ledger = SqliteLedger::open(path());
  struct NoWriter final : BatchWriter {
    void write(std::vector<LedgerRecord>) override {}
  } writer;
  CommitQueue queue(writer);
  const ManualClock clock;
  Messaging messaging(queue, {.clock = clock});
  RushService service({.queue = queue, .messaging = messaging, .run_draw = [](auto, auto) {}});
  const auto restored =
      ledger->replay([&service](const LedgerRecord& record) { return service.restore(record); });
  ASSERT_FALSE(restored);
  EXPECT_THAT(restored.error(), testing::HasSubstr("does not follow"));
}

INSTANTIATE_TEST_SUITE_P(Designs, DrawRecoveryTest, testing::Values("sealed-draw"),
                         [](const auto&) { return "sealed_draw"; });

}  // namespace
}  // namespace fairrush::server
