#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <map>
#include <mutex>
#include <thread>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr unsigned kClients = 8;

/// Reserves one user after the other until the connection ends; what was acknowledged goes into
/// `acknowledged`.
class ReservationLoad {
 public:
  explicit ReservationLoad(std::uint16_t port) {
    for (unsigned client = 0; client < kClients; ++client) {
      threads_.emplace_back([this, port, client] { run(port, client); });
    }
  }

  std::size_t acknowledged_so_far() {
    const std::lock_guard lock(mutex_);
    return acknowledged_.size();
  }

  std::map<std::uint32_t, std::string> join() {
    for (std::jthread& thread : threads_) thread.join();
    return acknowledged_;
  }

 private:
  void run(std::uint16_t port, unsigned client_number) {
    HttpClient client(port);
    for (std::uint32_t user = client_number; client.connected(); user += kClients) {
      const auto reply = client.post(kReservations, as_user(user, "key"));
      if (!reply) return;
      EXPECT_EQ(reply->status, 201U) << reply->body;
      const std::lock_guard lock(mutex_);
      acknowledged_[user] = reply->body;
    }
  }

  std::mutex mutex_;
  std::map<std::uint32_t, std::string> acknowledged_;
  std::vector<std::jthread> threads_;
};

TEST(ServerStop, DrainsUnderLoadAndLosesNothing) {
  const TestDirectory directory;
  ServerChild server({.ledger = directory.file("l.db")});
  {
    HttpClient client(server.port());
    ASSERT_EQ(client.post("/api/v1/events", as_admin(), event_body({}))->status, 201U);
  }
  ReservationLoad load(server.port());
  while (load.acknowledged_so_far() < 500) std::this_thread::yield();
  server.send(SIGTERM);
  const auto acknowledged = load.join();
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 0) << exit.log;
  EXPECT_NE(exit.log.find("\"message\":\"stopped\""), std::string::npos) << exit.log;

  const ServerChild again({.ledger = directory.file("l.db")});
  HttpClient client(again.port());
  EXPECT_GE(acknowledged.size(), 500U);
  for (const auto& [user, body] : acknowledged) {
    const auto reply = client.post(kReservations, as_user(user, "key"));
    ASSERT_TRUE(reply);
    ASSERT_EQ(reply->body, body) << user;
  }
}

TEST(ServerStop, ClosesIdleConnectionsAtOnce) {
  ServerChild server({.options = {"--drain-timeout=60s"}});
  HttpClient idle(server.port());
  ASSERT_EQ(idle.get("/livez")->status, 200U);
  server.send(SIGINT);
  EXPECT_TRUE(idle.closed_by_peer());
  EXPECT_EQ(server.wait().status, 0);
}

TEST(ServerStop, FinishesARequestThatIsUnderWay) {
  ServerChild server({.options = {"--drain-timeout=60s"}});
  HttpClient idle(server.port());
  ASSERT_EQ(idle.get("/livez")->status, 200U);
  HttpClient slow(server.port());
  slow.send_raw("GET /livez HTTP/1.1\r\nHost: t\r\n");
  HttpClient probe(server.port());
  ASSERT_EQ(probe.get("/livez")->status, 200U) << "so that the server has the half request";
  server.send(SIGTERM);
  EXPECT_TRUE(idle.closed_by_peer()) << "draining has begun";
  slow.send_raw("\r\n");
  const auto reply = slow.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200U);
  EXPECT_TRUE(reply->closes());
  EXPECT_EQ(server.wait().status, 0);
}

TEST(ServerStop, CutsOffWhatDoesNotEndInTime) {
  ServerChild server({.options = {"--drain-timeout=50ms", "--request-timeout=1h"}});
  HttpClient slow(server.port());
  slow.send_raw("GET /livez HTTP/1.1\r\nHost: t\r\n");
  HttpClient probe(server.port());
  ASSERT_EQ(probe.get("/livez")->status, 200U);
  server.send(SIGTERM);
  EXPECT_TRUE(slow.closed_by_peer());
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 0);
  EXPECT_NE(exit.log.find("cut off"), std::string::npos);
}

}  // namespace
}  // namespace fairrush::server_test
