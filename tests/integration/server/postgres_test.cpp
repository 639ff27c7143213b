// Whole servers over a PostgreSQL that goes away: as ledger, and as the store that several share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <map>
#include <set>
#include <thread>

#include "tests/integration/server/crowd.hpp"
#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/kill_round.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::server_test {
namespace {

using integration::PostgresServer;
using std::chrono::steady_clock;

constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr const char* kClaims = "/api/v1/events/rush/claims";

class ServerOnPostgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    postgres_ = std::make_unique<PostgresServer>();
  }

  /// A server that keeps its ledger here.
  std::unique_ptr<ServerChild> with_ledger(std::vector<std::string> options = {}) {
    return std::make_unique<ServerChild>(
        ServerSpec{.ledger = postgres_->url(), .options = std::move(options)});
  }

  static void create_event(std::uint16_t port, const EventPlan& plan) {
    HttpClient client(port);
    const auto created = client.post("/api/v1/events", as_admin(), event_body(plan));
    ASSERT_TRUE(created);
    ASSERT_EQ(created->status, 201U) << created->body;
  }

  static void wait_for_phase(std::uint16_t port, const std::string& phase) {
    HttpClient client(port);
    while (client.get("/api/v1/events/rush")->member("phase") != phase) std::this_thread::yield();
  }

  std::unique_ptr<PostgresServer> postgres_;
};

TEST_F(ServerOnPostgres, GoesOnByItselfWhenItsLedgerIsKilledUnderLoadAgainAndAgain) {
  const auto server = with_ledger({"--ledger-patience=1s", "--log-level=error"});
  create_event(server->port(), {.design = "ticket-list"});
  std::map<std::uint32_t, Reply> answers;
  {
    Crowd crowd({server->port()}, kReservations, 4000);
    for (const std::uint32_t moment : {300U, 1200U, 2400U}) {
      crowd.wait_for(moment);
      postgres_->kill();
      postgres_->restart();
    }
    answers = crowd.answers();
  }
  ASSERT_EQ(answers.size(), 4000U);
  std::set<std::string> tickets;
  for (const auto& [user, reply] : answers) {
    ASSERT_EQ(reply.status, 201U) << reply.body;
    EXPECT_TRUE(tickets.insert(reply.member("ticket")).second) << reply.body;
  }
  EXPECT_EQ(postgres_->execute("SELECT count(*) FROM reservations"), "4000");
  HttpClient client(server->port());
  EXPECT_EQ(client.get("/readyz")->status, 200U);
}

TEST_F(ServerOnPostgres, RefusesWithinItsPatienceAndSaysWhatIsMissing) {
  const auto server = with_ledger({"--ledger-patience=300ms", "--log-level=error"});
  create_event(server->port(), {.design = "ticket-list"});
  HttpClient client(server->port());
  postgres_->kill();
  const auto before = steady_clock::now();
  const auto refused = client.post(kReservations, as_user(1, "key"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code(), "LEDGER_UNAVAILABLE");
  EXPECT_LT(steady_clock::now() - before, std::chrono::seconds(10));
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready->status, 503U);
  EXPECT_NE(ready->member("detail").find("postgresql://postgres@127.0.0.1"), std::string::npos);
  EXPECT_EQ(client.get("/livez")->status, 200U);
  postgres_->restart();
  while (client.get("/readyz")->status != 200) std::this_thread::yield();
  // What was decided before the refusal is durable now: the same request is answered.
  auto again = client.post(kReservations, as_user(1, "key"));
  // The breaker may have opened meanwhile and probe first.
  while (again->code() == "OVERLOADED") again = client.post(kReservations, as_user(1, "key"));
  EXPECT_EQ(again->status, 201U) << again->body;
  EXPECT_EQ(again->member("ticket"), "1");
}

TEST_F(ServerOnPostgres, StopsWithinItsTimeWhileTheLedgerIsAway) {
  const auto server =
      with_ledger({"--ledger-patience=200ms", "--drain-timeout=1s", "--log-level=error"});
  create_event(server->port(), {.design = "ticket-list"});
  HttpClient client(server->port());
  postgres_->freeze();  // worse than gone: it neither answers nor refuses
  EXPECT_EQ(client.post(kReservations, as_user(1, "key"))->status, 503U);
  server->send(SIGTERM);
  const ServerExit exit = server->wait();
  EXPECT_EQ(exit.status, 0) << exit.log;
  postgres_->thaw();
}

TEST_F(ServerOnPostgres, WaitsForALedgerThatStandsStillForAMoment) {
  const auto server = with_ledger({"--ledger-patience=60s", "--breaker-latency=0s"});
  create_event(server->port(), {.design = "ticket-list"});
  Crowd crowd({server->port()}, kReservations, 1000);
  crowd.wait_for(200);
  postgres_->freeze();
  const auto until = steady_clock::now() + std::chrono::seconds(2);
  while (steady_clock::now() < until) std::this_thread::yield();
  postgres_->thaw();
  for (const auto& [user, reply] : crowd.answers()) EXPECT_EQ(reply.status, 201U) << reply.body;
  EXPECT_EQ(crowd.refusals(), 0U);
}

TEST_F(ServerOnPostgres, IsKilledAndKeepsEveryAcknowledgedReservationAndCoupon) {
  std::vector<Publication> earlier;
  KillCounts counts;
  for (int round = 0; round < 2 && !HasFailure(); ++round) {
    KillRound(postgres_->url(), {.event = "round-" + std::to_string(round),
                                 .design = round == 0 ? "ticket-list" : "sealed-draw",
                                 .reserve_ms = 400,
                                 .kill_after_ms = round == 0 ? 450 : 200,
                                 .users_max = 800})
        .play(earlier, counts);
  }
  EXPECT_GT(counts.reservations, 0U);
}

TEST_F(ServerOnPostgres, SaysWhoHasTheDatabase) {
  const auto first = with_ledger();
  ServerChild second({.ledger = postgres_->url()});
  EXPECT_EQ(second.port(), 0);
  const ServerExit exit = second.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_NE(exit.log.find("is in use by another server: fairrush-server"), std::string::npos)
      << exit.log;
}

class StoreOnPostgres : public ServerOnPostgres, public testing::WithParamInterface<const char*> {
 protected:
  std::unique_ptr<ServerChild> start() {
    return std::make_unique<ServerChild>(ServerSpec{
        .options = {"--store=" + postgres_->url(), "--ledger-patience=1s", "--log-level=error"}});
  }
};

INSTANTIATE_TEST_SUITE_P(Designs, StoreOnPostgres, testing::Values("row-lock", "generate-outbox"),
                         [](const auto& design) {
                           return design.param == std::string("row-lock") ? "RowLock"
                                                                          : "GenerateOutbox";
                         });

TEST_P(StoreOnPostgres, GivesOutWhatThereIsWhileServersAndDatabaseAreKilled) {
  static constexpr std::uint32_t kUsers = 1500;
  auto first = start();
  const auto second = start();
  create_event(first->port(), {.design = GetParam(), .reserve_ms = 3000});
  Crowd reservations({first->port(), second->port()}, kReservations, kUsers);
  std::size_t roster = 0;  // on a busy machine the window closes before everybody is in
  for (const auto& [user, reply] : reservations.answers()) roster += reply.status == 201 ? 1U : 0U;
  ASSERT_GT(roster, 50U);
  wait_for_phase(first->port(), "rushing");
  Crowd crowd({second->port()}, kClaims, kUsers);
  crowd.wait_for(100);
  first->kill();  // it publishes, and another takes that over
  first = start();
  postgres_->kill();
  postgres_->restart();
  const auto answers = crowd.answers();
  const auto ledger = issued(second->port());
  expect_told(answers, ledger);
  EXPECT_EQ(ledger.size(), roster / 5);
  // The other server says the same to everybody.
  Crowd again({first->port()}, kClaims, kUsers);
  for (const auto& [user, reply] : again.answers()) {
    EXPECT_EQ(reply.body, answers.at(user).body) << user;
  }
  const std::string wins = std::to_string(ledger.size());
  EXPECT_EQ(postgres_->execute("SELECT count(DISTINCT coupon) || ' ' || max(position) FROM outbox"),
            wins + " " + wins);
  HttpClient client(second->port());
  while (client.get("/api/v1/events/rush")->member("outbox_pending") != "0") {
    std::this_thread::yield();
  }
  EXPECT_EQ(postgres_->execute("SELECT count(DISTINCT position) FROM audit"), wins)
      << "everything was heard at least once";
}

TEST_P(StoreOnPostgres, MovesAnEventForAllServersAtOnce) {
  const auto first = start();
  const auto second = start();
  create_event(first->port(), {.design = GetParam(), .coupons = "2", .reserve_ms = 3'600'000});
  HttpClient one(first->port());
  HttpClient other(second->port());
  for (const std::uint32_t user : {1U, 2U}) {
    ASSERT_EQ(one.post(kReservations, as_user(user))->status, 201U);
  }
  EXPECT_EQ(other.post(kClaims, as_user(1))->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(one.post("/api/v1/events/rush/activate", as_admin())->member("phase"), "rushing");
  EXPECT_EQ(other.post(kClaims, as_user(1))->status, 200U);
  EXPECT_EQ(other.post(kReservations, as_user(3))->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(other.post("/api/v1/events/rush/close", as_admin())->member("phase"), "closed");
  EXPECT_EQ(one.post(kClaims, as_user(2))->code(), "NOT_IN_ACTIVE_TIME");
  EXPECT_EQ(one.post(kClaims, as_user(1))->code(), "ALREADY_CLAIMED") << "a verdict stays";
  EXPECT_EQ(one.post("/api/v1/events/nowhere/close", as_admin())->status, 404U);
}

TEST_P(StoreOnPostgres, StopsWhileItsDatabaseIsAway) {
  const auto server = std::make_unique<ServerChild>(
      ServerSpec{.options = {"--store=" + postgres_->url(), "--ledger-patience=200ms",
                             "--drain-timeout=1s", "--log-level=error"}});
  create_event(server->port(), {.design = GetParam()});
  HttpClient client(server->port());
  postgres_->freeze();
  client.send_raw(
      "POST /api/v1/events/rush/reservations HTTP/1.1\r\nHost: t\r\nX-User-ID: 1\r\n"
      "Content-Length: 0\r\n\r\n");
  server->send(SIGTERM);
  EXPECT_EQ(server->wait().status, 0);
  postgres_->thaw();
}

}  // namespace
}  // namespace fairrush::server_test
