#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "server/ledger/sqlite.hpp"
#include "tests/unit/server/api/world.hpp"
#include "tests/unit/server/temporary_directory.hpp"

namespace fairrush::server {
namespace {

constexpr const char* kAudit = "/api/v1/events/rush/audit";

Sent by(std::uint32_t user, std::string body = {}) {
  return {.user = user, .key = {}, .admin = false, .body = std::move(body)};
}

Sent admin(std::string body = {}) {
  return {.user = {}, .key = {}, .admin = true, .body = std::move(body)};
}

/// An event with one coupon, which user 0 has won.
class AuditTest : public testing::Test {
 protected:
  AuditTest() : world_(std::make_unique<World>(path())) {
    world_->create_event("ticket-list", "1");
    world_->fill(1);
    coupon_ = world_->post(kClaims, by(0))->member("coupon");
    issued_ =
        fmt::format(R"({{"id":"coupon-issued:{0}","type":"coupon-issued","user":0,"coupon":"{0}"}})"
                    "\n",
                    coupon_);
  }

  std::string path() const { return directory_.file("ledger.db"); }

  void relay() {
    world_->app().tick();
    world_->settle();
  }

  std::string audit() { return world_->get(kAudit, admin())->body(); }
  std::string pending() { return world_->get("/api/v1/events/rush")->member("outbox_pending"); }

  void restart() {
    world_.reset();
    world_ = std::make_unique<World>(path());
    world_->advance(std::chrono::seconds(3));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<World> world_;
  std::string coupon_;
  std::string issued_;
};

TEST_F(AuditTest, HearsOfAnIssueAfterTheFact) {
  EXPECT_EQ(audit(), "");
  EXPECT_EQ(pending(), "1");
  relay();
  EXPECT_EQ(audit(), issued_);
  EXPECT_EQ(pending(), "0");
}

TEST_F(AuditTest, HearsOfARedemptionWithItsOrder) {
  world_->post("/api/v1/orders/o-1/apply-coupon",
               by(0, fmt::format(R"({{"coupon":"{}","amount":1}})", coupon_)));
  relay();
  EXPECT_EQ(audit(),
            issued_ + fmt::format(R"({{"id":"coupon-redeemed:{0}","type":"coupon-redeemed",)"
                                  R"("user":0,"coupon":"{0}","order":"o-1"}})"
                                  "\n",
                                  coupon_));
}

TEST_F(AuditTest, IsTheAdministratorsAlone) {
  EXPECT_EQ(world_->get(kAudit, by(0))->code(), "UNAUTHORIZED");
}

TEST_F(AuditTest, HearsAfterARestartWhatWasNotPublishedBefore) {
  restart();
  EXPECT_EQ(pending(), "1");
  relay();
  EXPECT_EQ(audit(), issued_);
}

TEST_F(AuditTest, KeepsWhatItHeardOverARestart) {
  relay();
  restart();
  relay();
  EXPECT_EQ(audit(), issued_);
}

TEST_F(AuditTest, ShowsADeliveryAgainWhenItsNoteWasLost) {
  relay();
  world_.reset();
  ASSERT_TRUE(SqliteDatabase::open(path())->execute("UPDATE outbox_cursor SET published=0"));
  restart();
  relay();
  EXPECT_EQ(audit(), issued_ + issued_);
}

TEST_F(AuditTest, ForgetsTheLifeThatAResetEnds) {
  relay();
  world_->post("/api/v1/events/rush/reset", admin("{" + world_->windows_from_now() + "}"));
  EXPECT_EQ(audit(), "");
  restart();
  relay();
  EXPECT_EQ(audit(), "");
}

}  // namespace
}  // namespace fairrush::server
