// Claims that are told their outcome later, over real sockets and past a real end of the process.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

using testing::HasSubstr;

constexpr const char* kEvent = "/api/v1/events/rush";
constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr const char* kClaims = "/api/v1/events/rush/claims";

std::string claim_path(const std::string& request) {
  return "/api/v1/claims/" + request;
}

/// Opens a rush in which every user of `users` has reserved, and whose consumer looks every
/// `batch_ms`.
void open_rush(HttpClient& client, std::uint32_t users, unsigned batch_ms,
               const std::string& coupons) {
  std::string body = event_body({.design = "stock-counter",
                                 .coupons = coupons,
                                 .reserve_ms = 2'500,
                                 .pause_ms = 50,
                                 .rush_ms = 600'000});
  body.back() = ',';
  body += fmt::format(R"("batch_ms":{}}})", batch_ms);
  const auto created = client.post("/api/v1/events", as_admin(), body);
  ASSERT_TRUE(created);
  ASSERT_EQ(created->status, 201U) << created->body;
  for (std::uint32_t user = 0; user < users; ++user) {
    ASSERT_EQ(client.post(kReservations, as_user(user))->status, 201U) << user;
  }
  while (client.get(kEvent)->member("phase") != "rushing") std::this_thread::yield();
}

std::string accepted(HttpClient& client, std::uint32_t user) {
  const auto claim = client.post(kClaims, as_user(user, "key"));
  EXPECT_TRUE(claim);
  EXPECT_EQ(claim->status, 202U) << claim->body;
  return claim->member("request");
}

std::string stream_request(const std::string& request, std::uint32_t user) {
  return fmt::format(
      "GET {} HTTP/1.1\r\nHost: h\r\nX-User-ID: {}\r\nAccept: text/event-stream\r\n\r\n",
      claim_path(request), user);
}

TEST(AcceptedClaims, AreStreamedToManyReadersOfWhomSomeLeave) {
  constexpr std::uint32_t kUsers = 300;
  ServerChild server({.options = {"--log-level=warning"}});
  HttpClient client(server.port());
  open_rush(client, kUsers, 2'000, fmt::format("{}", kUsers));

  std::vector<std::string> requests;
  std::vector<std::unique_ptr<HttpClient>> readers;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    requests.push_back(accepted(client, user));
    readers.push_back(std::make_unique<HttpClient>(server.port()));
    readers.back()->send_raw(stream_request(requests.back(), user));
  }
  for (std::uint32_t user = 0; user < kUsers; user += 3) readers[user]->close();  // at any moment

  std::set<std::string> coupons;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    HttpClient& reader = *readers[user];
    if (!reader.connected()) continue;
    ASSERT_TRUE(reader.receive_until("\r\n0\r\n\r\n")) << "user " << user;
    EXPECT_THAT(reader.received(), HasSubstr("Content-Type: text/event-stream"));
    EXPECT_THAT(reader.received(), HasSubstr("Transfer-Encoding: chunked"));
    EXPECT_THAT(reader.received(), HasSubstr("\"status\":\"COMPLETED\""));
    const auto coupon = client.get(claim_path(requests[user]), as_user(user))->member("coupon");
    EXPECT_THAT(reader.received(), HasSubstr(coupon));
    coupons.insert(coupon);
  }
  EXPECT_EQ(coupons.size(), kUsers - kUsers / 3);
  EXPECT_EQ(client.get(kEvent)->member("issued"), fmt::format("{}", kUsers))
      << "who leaves has a coupon all the same";
}

TEST(AcceptedClaims, KeepTheirConnectionForWhatComesAfterTheStream) {
  ServerChild server({.options = {"--log-level=warning"}});
  HttpClient client(server.port());
  open_rush(client, 1, 100, "1");
  const std::string request = accepted(client, 0);
  client.send_raw(stream_request(request, 0) + "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(client.receive_until(R"({"status":"alive"})"));
  EXPECT_THAT(client.received(), HasSubstr("0\r\n\r\nHTTP/1.1 200 OK"));
}

TEST(AcceptedClaims, AreStreamedToTheEndOfTheConnectionOfAnOldClient) {
  ServerChild server({.options = {"--log-level=warning"}});
  HttpClient client(server.port());
  open_rush(client, 1, 300, "1");
  const std::string request = accepted(client, 0);
  HttpClient old(server.port());
  old.send_raw(fmt::format("GET {} HTTP/1.0\r\nX-User-ID: 0\r\nAccept: text/event-stream\r\n\r\n",
                           claim_path(request)));
  ASSERT_TRUE(old.receive_until("COMPLETED"));
  EXPECT_THAT(old.received(), HasSubstr("Connection: close"));
  EXPECT_EQ(old.received().find("chunked"), std::string::npos);
  EXPECT_FALSE(old.receive_until("\r\n0\r\n")) << "the end of the connection is the end";
}

TEST(AcceptedClaims, ResolveAfterTheProcessWasKilledBetweenAnswerAndCoupon) {
  constexpr std::uint32_t kUsers = 40;
  const TestDirectory directory;
  const ServerSpec spec{.ledger = directory.file("l.db"), .options = {"--log-level=warning"}};
  std::vector<std::string> requests;
  {
    ServerChild server(spec);
    HttpClient client(server.port());
    open_rush(client, kUsers, 60'000, "30");
    for (std::uint32_t user = 0; user < 30; ++user) requests.push_back(accepted(client, user));
    EXPECT_EQ(client.post(kClaims, as_user(35))->code(), "SOLD_OUT");
    EXPECT_EQ(client.get(kEvent)->member("issued"), "0");
    EXPECT_EQ(server.kill().signal, SIGKILL);
  }
  ServerChild server(spec);
  HttpClient client(server.port());
  std::set<std::string> coupons;
  for (std::uint32_t user = 0; user < 30; ++user) {
    // A restarted server makes what it owes at once: their window has begun long ago.
    Fields fields = as_user(user);
    fields.emplace_back("Prefer", "wait=30");
    const auto status = client.get(claim_path(requests[user]), fields);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->member("status"), "COMPLETED") << status->body;
    coupons.insert(status->member("coupon"));
  }
  EXPECT_EQ(coupons.size(), 30U);
  EXPECT_EQ(client.post(kClaims, as_user(35))->code(), "SOLD_OUT");
  EXPECT_EQ(client.post(kClaims, as_user(3, "key"))->status, 200U);
}

TEST(AcceptedClaims, EndTheirStreamsWhenTheServerStops) {
  const TestDirectory directory;
  ServerChild server({.ledger = directory.file("l.db"), .options = {"--log-level=warning"}});
  HttpClient client(server.port());
  open_rush(client, 1, 60'000, "1");
  const std::string request = accepted(client, 0);
  HttpClient reader(server.port());
  reader.send_raw(stream_request(request, 0));
  ASSERT_TRUE(reader.receive_until("PROCESSING"));
  server.send(SIGTERM);
  EXPECT_TRUE(reader.receive_until("\r\n0\r\n\r\n")) << "in good order";
  EXPECT_EQ(server.wait().status, 0);
}

/// Clients that each claim for their own users, all at once.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::uint32_t users) {
    for (std::uint32_t client = 0; client < kClients; ++client) {
      threads_.emplace_back([this, port, users, client] {
        HttpClient connection(port);
        for (std::uint32_t user = client; user < users; user += kClients) {
          const auto reply = connection.post(kClaims, as_user(user, "key"));
          const std::lock_guard lock(mutex_);
          if (reply) replies_.emplace_back(user, *reply);
        }
      });
    }
  }
  std::vector<std::pair<std::uint32_t, Reply>> join() {
    for (std::jthread& thread : threads_) thread.join();
    return std::move(replies_);
  }

 private:
  static constexpr std::uint32_t kClients = 40;
  std::mutex mutex_;
  std::vector<std::pair<std::uint32_t, Reply>> replies_;
  std::vector<std::jthread> threads_;
};

TEST(AcceptedClaims, WaitInLineForASlowLedgerAndAreDecidedOrToldWhenToComeAgain) {
  constexpr std::uint32_t kUsers = 200;
  ServerChild server({.options = {"--log-level=warning", "--ledger-rate=500/s",
                                  "--claims-in-flight=10", "--waiting-line=20"}});
  HttpClient client(server.port());
  open_rush(client, kUsers, 100, fmt::format("{}", kUsers));
  unsigned refused = 0;
  std::vector<std::pair<std::uint32_t, std::string>> waiting;
  for (const auto& [user, reply] : Crowd(server.port(), kUsers).join()) {
    if (reply.status == 202) waiting.emplace_back(user, reply.member("request"));
    if (reply.status != 503) continue;
    ++refused;
    EXPECT_EQ(reply.code(), "OVERLOADED");
    EXPECT_THAT(reply.head, HasSubstr("Retry-After: "));
  }
  EXPECT_GT(refused, 0U);
  EXPECT_EQ(waiting.size() + refused, kUsers);
  for (const auto& [user, request] : waiting) {
    Fields fields = as_user(user);
    fields.emplace_back("Prefer", "wait=60");
    EXPECT_EQ(client.get(claim_path(request), fields)->member("status"), "COMPLETED") << user;
  }
  EXPECT_EQ(client.get(kEvent)->member("issued"), fmt::format("{}", waiting.size()))
      << "who was refused has nothing";
}

}  // namespace
}  // namespace fairrush::server_test
