// Three servers over one PostgreSQL behind a balancer, of which one is killed and one is drained.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <memory>
#include <set>
#include <sstream>
#include <thread>

#include "analysis/assessment.hpp"
#include "analysis/run/directory.hpp"
#include "tests/integration/balancer/haproxy.hpp"
#include "tests/integration/cli/command.hpp"
#include "tests/integration/server/crowd.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/postgres_server.hpp"

namespace fairrush::server_test {
namespace {

using integration::Haproxy;
using integration::PostgresServer;

constexpr std::size_t kServers = 3;
constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr const char* kClaims = "/api/v1/events/rush/claims";

/// The sum of what a server's counters say whose lines begin with `start`; zero when it is away.
double counted(std::uint16_t port, const std::string& start) {
  HttpClient client(port);
  const auto metrics = client.get("/metrics");
  if (!metrics) return 0;
  double sum = 0;
  std::istringstream lines(metrics->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(start)) sum += std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

/// Claims that a server has answered.
double claims_of(std::uint16_t port) {
  return counted(port,
                 R"(fairrush_requests_total{method="POST",route="/api/v1/events/{e}/claims")");
}

class Balanced : public testing::Test {
 protected:
  void SetUp() override {
    if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
    if (!Haproxy::is_installed()) GTEST_SKIP() << "HAProxy is not installed";
    postgres_ = std::make_unique<PostgresServer>();
    for (std::size_t place = 0; place < kServers; ++place) {
      ports_.at(place) = static_cast<std::uint16_t>(integration::free_port());
      start(place);
    }
    balancer_ = std::make_unique<Haproxy>(ports_);
    for (const std::uint16_t port : ports_) wait_until_used(port);
  }

  void start(std::size_t place) {
    servers_.at(place) = std::make_unique<ServerChild>(
        ServerSpec{.options = {"--store=" + postgres_->url(), "--waiting-line=0",
                               "--consumers=none", "--ledger-patience=2s", "--log-level=error"},
                   .listen = fmt::format("127.0.0.1:{}", ports_.at(place))});
    ASSERT_EQ(servers_.at(place)->port(), ports_.at(place)) << servers_.at(place)->wait().log;
  }

  /// Waits until the balancer sends users to the server at `port`.
  void wait_until_used(std::uint16_t port) const {
    const std::string asked = R"(fairrush_requests_total{method="GET",route="/api/v1/events/{e}")";
    while (counted(port, asked) == 0) {
      HttpClient(balancer_->port()).get("/api/v1/events/none");
    }
  }

  Crowd crowd(const std::string& path, std::uint32_t first, std::uint32_t users) const {
    return Crowd({.ports = {balancer_->port()},
                  .path = path,
                  .first = first,
                  .users = users,
                  .peer = Peer::balancer});
  }

  /// An event of 20 % of the users who have reserved in time, open for claims; how many those are.
  std::size_t open_rush(const std::string& design, std::uint32_t users) {
    HttpClient admin(balancer_->port());
    const auto created = admin.post("/api/v1/events", as_admin(),
                                    event_body({.design = design, .reserve_ms = 3000}));
    EXPECT_EQ(created->status, 201U) << created->body;
    Crowd reservations = crowd(kReservations, 0, users);
    std::set<std::string> tickets;
    for (const auto& [user, reply] : reservations.answers()) {
      if (reply.status != 201) continue;  // on a busy machine the window closes before
      EXPECT_TRUE(tickets.insert(reply.member("ticket")).second) << reply.body;
    }
    EXPECT_GT(tickets.size(), users / 20) << "of " << users << " users";
    while (admin.get("/api/v1/events/rush")->member("phase") != "rushing") {
    }
    return tickets.size();
  }

  /// Whoever is asked, a claim under the same key gets the same answer.
  void expect_same_everywhere(const std::map<std::uint32_t, Reply>& answers,
                              const std::vector<std::uint16_t>& ports) const {
    for (const std::uint16_t port : ports) {
      Crowd again({port}, kClaims, static_cast<std::uint32_t>(answers.size()));
      for (const auto& [user, reply] : again.answers()) {
        EXPECT_EQ(reply.status, answers.at(user).status) << user;
        EXPECT_EQ(reply.body, answers.at(user).body) << user;
      }
    }
  }

  std::unique_ptr<PostgresServer> postgres_;
  std::array<std::uint16_t, kServers> ports_{};
  std::array<std::unique_ptr<ServerChild>, kServers> servers_;
  std::unique_ptr<Haproxy> balancer_;
};

class BalancedRush : public Balanced, public testing::WithParamInterface<const char*> {};

INSTANTIATE_TEST_SUITE_P(Designs, BalancedRush, testing::Values("row-lock", "generate-outbox"),
                         [](const auto& design) {
                           return design.param == std::string("row-lock") ? "RowLock"
                                                                          : "GenerateOutbox";
                         });

TEST_P(BalancedRush, TellsEveryUserOnceWhileOneServerIsKilledAndAnotherIsDrained) {
  static constexpr std::uint32_t kHalf = 1000;
  const std::size_t roster = open_rush(GetParam(), 2 * kHalf);
  Crowd early = crowd(kClaims, 0, kHalf);
  early.wait_for(kHalf / 4);
  servers_[0]->kill();
  early.wait_for(kHalf / 2);
  start(0);
  auto answers = early.answers();
  wait_until_used(ports_[0]);
  Crowd late = crowd(kClaims, kHalf, kHalf);
  late.wait_for(kHalf / 4);
  servers_[1]->send(SIGTERM);
  const ServerExit drained = servers_[1]->wait();
  EXPECT_EQ(drained.status, 0) << drained.log;
  answers.merge(late.answers());
  EXPECT_GT(claims_of(ports_[0]), 0) << "the server that came back decided nothing";
  const std::string calls = R"(fairrush_store_call_seconds_count{call="claim",store="postgres"})";
  EXPECT_GT(counted(ports_[2], calls), 0);
  start(1);

  ASSERT_EQ(answers.size(), 2 * kHalf);
  const auto ledger = issued(balancer_->port());
  EXPECT_EQ(ledger.size(), roster / 5);
  expect_told(answers, ledger);
  expect_same_everywhere(answers, {ports_.begin(), ports_.end()});
  EXPECT_EQ(issued(ports_[2]), ledger) << "who asked again changed something";
}

TEST_F(Balanced, LeavesAServerThatHangsAndComesBackToIt) {
  static constexpr std::uint32_t kUsers = 100;
  open_rush("row-lock", kUsers);
  servers_[0]->send(SIGSTOP);  // it still takes connections, and answers none
  Crowd claims = crowd(kClaims, 0, kUsers);
  const auto answers = claims.answers();
  servers_[0]->send(SIGCONT);
  ASSERT_EQ(answers.size(), kUsers);
  expect_told(answers, issued(ports_[1]));
  const double before = claims_of(ports_[0]);
  while (claims_of(ports_[0]) == before) {
    HttpClient(balancer_->port()).post(kClaims, as_user(1, "key-1"));
  }
}

TEST_F(Balanced, KeepsMetricsBackAndSaysWhenToComeAgainWhenNobodyIsReady) {
  HttpClient client(balancer_->port());
  EXPECT_EQ(client.get("/metrics")->status, 404U);
  for (auto& server : servers_) server->kill();
  const auto refused = HttpClient(balancer_->port()).post(kClaims, as_user(1, "key"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->status, 503U);
  EXPECT_EQ(refused->code(), "OVERLOADED");
  EXPECT_EQ(refused->field("Retry-After"), "1");
  for (std::size_t place = 0; place < kServers; ++place) start(place);
}

TEST_F(Balanced, HoldsBeforeTheCommandThatLooksForViolations) {
  const cli_test::WorkDirectory work;
  const auto end = cli_test::run_command({"run", work.write("balanced.toml", R"(
question = "Do several servers behind a balancer hold?"
[event]
reserve = "1500ms"
pause   = "500ms"
rush    = "3s"
[population]
users    = 300
personas = { honest = 0.74, double_clicker = 0.14, retrier = 0.08, intruder = 0.04 }
[arrivals]
shape = "front_loaded"
mean  = "300ms"
[checks]
fairness = "report"
[target]
builtin = { design = "row-lock" }
)"),
                                          "--target", balancer_->url(), "--set",
                                          std::string("target.admin_token=") + kAdminToken, "--out",
                                          work.path("run")});
  const auto run = analysis::load_run({work.path("run")});
  ASSERT_TRUE(run) << run.error() << end.out << end.err;
  const analysis::Assessment assessment = analysis::assess(*run);
  EXPECT_NE(assessment.verdict, analysis::RunVerdict::violation) << end.out;
  EXPECT_GT(assessment.fairness.winners, 0U);
  for (const analysis::CheckResult& check : assessment.invariants) {
    // No server tells what consumers of all of them have heard.
    const bool open = check.id == "I16" && check.verdict == analysis::CheckVerdict::unknown;
    EXPECT_TRUE(open || check.verdict != analysis::CheckVerdict::fail) << end.out;
    EXPECT_TRUE(open || check.verdict != analysis::CheckVerdict::unknown) << end.out;
  }
}

}  // namespace
}  // namespace fairrush::server_test
