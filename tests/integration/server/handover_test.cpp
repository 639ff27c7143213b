// One server ends and the next begins, on a socket that outlives both.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/descriptor.hpp"
#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/listening_socket.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

constexpr std::uint32_t kUsers = 3000;
constexpr std::uint32_t kCoupons = 600;
constexpr unsigned kClients = 8;
constexpr int kTriesMax = 50;  // of one claim; each waits in the socket until a server takes it

/// What a user heard at last.
struct Outcome {
  unsigned status = 0;
  std::string coupon;
};

/// Claims for one user after the other; a claim without an answer is made again under its key, as a
/// client would.
class ClaimLoad {
 public:
  explicit ClaimLoad(std::uint16_t port) {
    for (unsigned client = 0; client < kClients; ++client) {
      threads_.emplace_back([this, port, client] { run(port, client); });
    }
  }

  std::size_t answered() {
    const std::lock_guard lock(mutex_);
    return outcomes_.size();
  }
  std::map<std::uint32_t, Outcome> join() {
    for (std::jthread& thread : threads_) thread.join();
    return outcomes_;
  }
  unsigned refused() const { return refused_; }

 private:
  void run(std::uint16_t port, unsigned client) {
    auto connection = std::make_unique<HttpClient>(port);
    for (std::uint32_t user = client; user < kUsers; user += kClients) {
      for (int tries = 0; tries < kTriesMax; ++tries) {
        if (!connection->connected()) ++refused_;
        const auto reply = connection->post("/api/v1/events/rush/claims", as_user(user, "key"));
        const bool answered = reply && reply->status != 503;
        if (!reply || reply->closes()) connection = std::make_unique<HttpClient>(port);
        if (answered) {
          const std::lock_guard lock(mutex_);
          outcomes_[user] = {reply->status, reply->member("coupon")};
          break;
        }
      }
    }
  }

  std::mutex mutex_;
  std::map<std::uint32_t, Outcome> outcomes_;
  std::atomic<unsigned> refused_ = 0;
  std::vector<std::jthread> threads_;
};

void reserve_everybody(std::uint16_t port) {
  HttpClient admin(port);
  const EventPlan plan{
      .design = "ticket-list", .coupons = std::to_string(kCoupons), .reserve_ms = 600'000};
  ASSERT_EQ(admin.post("/api/v1/events", as_admin(), event_body(plan))->status, 201U);
  std::vector<std::jthread> clients;
  for (unsigned client = 0; client < kClients; ++client) {
    clients.emplace_back([port, client] {
      HttpClient connection(port);
      for (std::uint32_t user = client; user < kUsers; user += kClients) {
        const auto reply =
            connection.post("/api/v1/events/rush/reservations", as_user(user, "key"));
        ASSERT_TRUE(reply && reply->status == 201U);
      }
    });
  }
  clients.clear();
  ASSERT_EQ(admin.post("/api/v1/events/rush/activate", as_admin())->status, 200U);
}

TEST(ServerHandover, LosesNoClaimAndRefusesNoConnection) {
  const TestDirectory directory;
  const Descriptor socket(listening_socket());
  const ServerSpec spec{
      .ledger = directory.file("l.db"), .options = {"--ledger-wait=60s"}, .socket = socket.value()};
  ServerChild first(spec);
  ASSERT_NE(first.port(), 0);
  reserve_everybody(first.port());
  ClaimLoad load(first.port());
  while (load.answered() < kUsers / 10) std::this_thread::yield();
  ServerSpec waiting = spec;
  waiting.waits = true;
  ServerChild second(waiting);  // waits for the ledger
  first.send(SIGTERM);
  EXPECT_EQ(first.wait().status, 0);
  EXPECT_EQ(second.await_port(), first.port()) << "the same socket";
  const auto outcomes = load.join();
  EXPECT_EQ(load.refused(), 0U);
  EXPECT_EQ(outcomes.size(), kUsers) << "everybody has an answer";
  std::set<std::string> coupons;
  for (const auto& [user, outcome] : outcomes) {
    if (outcome.status == 200U) coupons.insert(outcome.coupon);
    EXPECT_TRUE(outcome.status == 200U || outcome.status == 410U) << outcome.status;
  }
  EXPECT_EQ(coupons.size(), kCoupons);
  const std::string ledger =
      HttpClient(second.port()).get("/api/v1/events/rush/ledger", as_admin())->body;
  EXPECT_EQ(std::ranges::count(ledger, '\n'), static_cast<std::ptrdiff_t>(kCoupons));
  for (const std::string& coupon : coupons) {
    EXPECT_NE(ledger.find(coupon), std::string::npos) << coupon;
  }
}

TEST(ServerHandover, DoesNotWaitForALedgerLongerThanItMay) {
  const TestDirectory directory;
  const ServerChild first({.ledger = directory.file("l.db")});
  ServerChild second({.ledger = directory.file("l.db"), .options = {"--ledger-wait=100ms"}});
  EXPECT_EQ(second.port(), 0);
  EXPECT_NE(second.wait().log.find("in use by another server"), std::string::npos);
}

TEST(ServerHandover, TakesNoSocketThatIsMeantForAnotherProcess) {
  setenv("LISTEN_PID", "1", 1);
  setenv("LISTEN_FDS", "1", 1);
  const ServerChild server({});
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  EXPECT_NE(server.port(), 0) << "it listens by itself";
}

}  // namespace
}  // namespace fairrush::server_test
