// A whole server over each bus: what it acknowledged is told, whatever dies in between.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "tests/integration/bus/server_world.hpp"

namespace fairrush::server {
namespace {

using testing::Each;
using testing::Ge;
using testing::HasSubstr;
using testing::Pair;

constexpr std::uint32_t kUsers = 60;

class ServerOverBusTest : public ServerOverBus, public testing::WithParamInterface<BrokerKind> {
 protected:
  void SetUp() override { enter(GetParam()); }
};

TEST_P(ServerOverBusTest, TellsItsConsumersOfEveryCoupon) {
  start_server();
  create_event(kUsers);
  claim_all(kUsers);
  wait_until_heard(kUsers);
  EXPECT_THAT(heard_by_audit(), Each(Pair(testing::_, 1)));
  EXPECT_THAT(notices(), Each(Pair(testing::_, 1)));
  EXPECT_TRUE(is_ready()) << ready();
}

TEST_P(ServerOverBusTest, TellsAgainUnderTheSameIdWhatItHadNotNotedAsPublished) {
  start_server();
  create_event(kUsers);
  claim_all(kUsers);
  wait_until_heard(kUsers);
  kill_server();
  // As if it had been killed between publishing and the note.
  ASSERT_TRUE(SqliteDatabase::open(directory_.file("ledger.db"))
                  ->execute("UPDATE outbox_cursor SET published=0"));
  start_server();
  wait_until([this] {
    const Ids heard = heard_by_audit();
    return std::ranges::all_of(heard, [](const auto& one) { return one.second >= 2; });
  });
  wait_until_heard(kUsers);
  EXPECT_EQ(heard_by_audit().size(), kUsers) << "a repetition is known as one";
  EXPECT_THAT(notices(), Each(Pair(testing::_, 1))) << "and nobody is told twice";
}

TEST_P(ServerOverBusTest, LosesNothingWhenItIsKilledWhileItTells) {
  start_server();
  create_event(kUsers);
  ASSERT_NE(claim(0), "");
  std::thread killer([this] {
    // When some of them are on their way, wherever that is.
    wait_until([this] { return !notices().empty(); });
    server_->send(SIGKILL);
  });
  std::uint32_t user = 1;
  while (user < kUsers && !claim(user).empty()) ++user;
  killer.join();
  kill_server();
  start_server();
  claim_all(kUsers);
  wait_until_heard(kUsers);
  EXPECT_THAT(heard_by_audit(), Each(Pair(testing::_, Ge(1))));
  EXPECT_THAT(notices(), Each(Pair(testing::_, 1)));
}

TEST_P(ServerOverBusTest, RunsOnWhileItsBusIsAwayAndTellsLater) {
  start_server();
  create_event(kUsers);
  ASSERT_NE(claim(0), "");
  wait_until_heard(1);
  house_->kill();
  wait_until([this] { return !is_ready(); });
  EXPECT_THAT(ready(), HasSubstr(R"({"status":"ready","degraded":{"bus":)"));
  EXPECT_EQ(event("bus_unread"), "null");
  claim_all(kUsers);
  EXPECT_NE(event("outbox_pending"), "0");
  house_->restart();
  wait_until_heard(kUsers);
  wait_until([this] { return is_ready(); });
}

TEST_P(ServerOverBusTest, StartsWithoutItsBusAndTellsLater) {
  house_->kill();
  start_server();
  create_event(kUsers);
  claim_all(kUsers);
  EXPECT_EQ(event("outbox_pending"), std::to_string(kUsers));
  EXPECT_THAT(ready(), HasSubstr("degraded"));
  house_->restart();
  wait_until_heard(kUsers);
}

TEST_P(ServerOverBusTest, DropsWhatAnEventsFormerLifeHadToSay) {
  start_server();
  create_event(kUsers);
  house_->kill();
  claim_all(kUsers);
  const std::int64_t now = server_test::unix_ms();
  const auto reset = client_->post(
      std::string(kEvent) + "/reset", server_test::as_admin(),
      fmt::format(R"({{"reserve_open_ms":{},"reserve_close_ms":{},"claim_open_ms":{},)"
                  R"("claim_close_ms":{}}})",
                  now, now + 300, now + 300, now + 3'600'000));
  ASSERT_TRUE(reset && reset->status == 200) << reset->body;
  ASSERT_EQ(client_->post(std::string(kEvent) + "/reservations", server_test::as_user(5))->status,
            201U);
  house_->restart();
  ASSERT_NE(claim(5), "");
  wait_until([this] {
    return event("outbox_pending") == "0" && event("unheard") == "0" &&
           heard_by_audit().size() == 1;
  });
}

TEST_P(ServerOverBusTest, StopsWhileItsBusIsAway) {
  start_server();
  create_event(1);
  house_->kill();
  ASSERT_NE(claim(0), "");
  server_->send(SIGTERM);
  EXPECT_EQ(server_->wait().status, 0);
  server_.reset();
  house_->restart();
  start_server();
  wait_until_heard(1);
}

INSTANTIATE_TEST_SUITE_P(Buses, ServerOverBusTest,
                         testing::Values(BrokerKind::redis, BrokerKind::amqp, BrokerKind::kafka),
                         [](const auto& info) { return name_of(info.param); });

}  // namespace
}  // namespace fairrush::server
