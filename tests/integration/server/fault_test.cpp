#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

using testing::HasSubstr;

/// A server with or without a fault, and an event of ten coupons whose claims are open.
class FaultyServer {
 public:
  explicit FaultyServer(const std::string& fault)
      : server_({.options = {"--fault=" + fault, "--design=ticket-list"}}), admin_(server_.port()) {
    const EventPlan plan{.design = "ticket-list", .coupons = "10", .reserve_ms = 300};
    const auto created = admin_.post("/api/v1/events", as_admin(), event_body(plan));
    EXPECT_EQ(created->status, 201U) << created->body;
    for (std::uint32_t user = 0; user < 20; ++user) {
      EXPECT_EQ(admin_.post(kEvent + "/reservations", as_user(user))->status, 201U);
    }
    while (event("phase") != "rushing") std::this_thread::yield();
  }

  std::uint16_t port() const { return server_.port(); }
  HttpClient& admin() { return admin_; }
  std::string event(const std::string& member) { return admin_.get(kEvent)->member(member); }
  std::string stop() {
    server_.send(SIGTERM);
    return server_.wait().log;
  }

  static inline const std::string kEvent = "/api/v1/events/rush";

 private:
  ServerChild server_;
  HttpClient admin_;
};

TEST(Fault, ShoutsAtStartAtEveryEventAndInReadiness) {
  FaultyServer server("off-by-one");
  EXPECT_EQ(server.admin().get("/readyz")->member("fault"), "off-by-one");
  EXPECT_EQ(server.event("fault"), "off-by-one");
  const std::string log = server.stop();
  EXPECT_THAT(log, HasSubstr("a fault is switched on"));
  EXPECT_THAT(log, HasSubstr("an event was created under a fault"));
}

TEST(Fault, OfAnUnknownNameIsRefusedWithTheList) {
  ServerChild server({.options = {"--fault=oversell"}});
  const ServerExit exit = server.wait();
  EXPECT_EQ(exit.status, 2);
  EXPECT_THAT(exit.log, HasSubstr("--fault: 'oversell' is not accepted"));
  EXPECT_THAT(exit.log, HasSubstr("oversell-race, off-by-one"));
}

/// Takes a coupon on a connection that closes without reading the answer.
void claim_and_leave(std::uint16_t port) {
  HttpClient client(port);
  client.send_raw(
      "POST /api/v1/events/rush/claims HTTP/1.1\r\nHost: x\r\nX-User-ID: 3\r\n"
      "Content-Length: 0\r\n\r\n");
  client.close();
}

TEST(Fault, LosesTheCouponOfAClientThatHangsUp) {
  FaultyServer server("lost-on-disconnect");
  claim_and_leave(server.port());
  while (server.event("remaining") != "9") std::this_thread::yield();
  HttpClient other(server.port());
  // Served a round trip later than the first, so that the first has been forgotten by then.
  ASSERT_EQ(other.post(FaultyServer::kEvent + "/claims", as_user(4))->status, 200U);
  EXPECT_EQ(server.event("issued"), "1");
  EXPECT_EQ(server.event("remaining"), "8");
}

}  // namespace
}  // namespace fairrush::server_test
