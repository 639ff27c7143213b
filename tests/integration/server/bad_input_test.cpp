#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

constexpr const char* kReservations = "/api/v1/events/rush/reservations";

/// A server with small limits and an event that takes reservations. Whatever a test did to it, it
/// must still serve afterwards.
class BadInputTest : public testing::Test {
 protected:
  explicit BadInputTest(const std::string& patience = "60s")
      : server_({.options = {"--request-timeout=" + patience, "--idle-timeout=" + patience,
                             "--header-limit=1KiB", "--body-limit=2KiB", "--log-level=warning"}}) {
    HttpClient client(server_.port());
    EXPECT_EQ(client.post("/api/v1/events", as_admin(), event_body({}))->status, 201U);
  }

  void TearDown() override {
    HttpClient client(server_.port());
    const auto event = client.get("/api/v1/events/rush");
    ASSERT_TRUE(event);
    EXPECT_EQ(event->member("roster"), "0") << "bad input must have no effect";
    EXPECT_EQ(client.post(kReservations, as_user(1))->status, 201U) << "it must still serve";
    server_.send(15);
    const ServerExit exit = server_.wait();
    EXPECT_EQ(exit.status, 0) << exit.log;
  }

  /// Sends bytes and expects a refusal with this status, after which the server closes.
  void expect_refusal(const std::string& bytes, unsigned status) {
    HttpClient client(server_.port());
    client.send_raw(bytes);
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << bytes.substr(0, 60);
    EXPECT_EQ(reply->status, status) << bytes.substr(0, 60);
    EXPECT_TRUE(reply->closes());
    EXPECT_EQ(reply->member("status"), std::to_string(status));
    EXPECT_TRUE(client.closed_by_peer());
  }

  ServerChild server_;
};

std::string reservation_head(const std::string& fields) {
  return fmt::format("POST {} HTTP/1.1\r\nHost: t\r\nX-User-ID: 1\r\n{}", kReservations, fields);
}

TEST_F(BadInputTest, AnswersWhatIsNotHttpWith400) {
  expect_refusal("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS greeting\r\n\r\n", 400);
  expect_refusal("nonsense\r\n\r\n", 400);
  expect_refusal("GET / HTTP/3.0\r\n\r\n", 400);
  expect_refusal(reservation_head("Content-Length: -1\r\n\r\n"), 400);
  expect_refusal(reservation_head("no colon\r\n\r\n"), 400);
}

TEST_F(BadInputTest, AnswersAnAmbiguousBodyWith400AndNoRequestInsideIt) {
  const std::string inner = "\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: t\r\n\r\n";
  for (const char* fields :
       {"Transfer-Encoding: chunked, identity", "Transfer-Encoding: xchunked",
        "Transfer-Encoding: gzip", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked"}) {
    expect_refusal(reservation_head(fields) + inner, 400);
  }
}

TEST_F(BadInputTest, AnswersAHugeHeaderWith431) {
  expect_refusal(reservation_head("X: " + std::string(100'000, 'x')), 431);
  std::string many;
  while (many.size() < 100'000) many += "X: y\r\n";
  expect_refusal(reservation_head(many), 431);
}

TEST_F(BadInputTest, AnswersAHugeBodyWith413) {
  expect_refusal(reservation_head("Content-Length: 1000000\r\n\r\n") + std::string(50'000, 'x'),
                 413);
  expect_refusal(reservation_head("Transfer-Encoding: chunked\r\n\r\nfffffff\r\n"), 413);
}

/// The same with little patience.
class SlowInputTest : public BadInputTest {
 protected:
  SlowInputTest() : BadInputTest("250ms") {}
};

TEST_F(SlowInputTest, IsAnsweredWith408) {
  expect_refusal(reservation_head("Content-Le"), 408);
  expect_refusal(reservation_head("Content-Length: 10\r\n\r\n12345"), 408);
}

TEST_F(SlowInputTest, IsClosedWithoutAWordWhenNothingComes) {
  HttpClient client(server_.port());
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(BadInputTest, DropsHalfARequestWhoseSenderIsGone) {
  for (const std::string& half :
       {reservation_head(""), reservation_head("Content-Length: 10\r\n\r\n12345")}) {
    HttpClient gone(server_.port());
    gone.send_raw(half);
    gone.close();
    HttpClient ended(server_.port());
    ended.send_raw(half);
    ended.finish_sending();
    EXPECT_TRUE(ended.closed_by_peer());
  }
}

TEST_F(BadInputTest, RefusesWrongCredentials) {
  HttpClient client(server_.port());
  EXPECT_EQ(client.post(kReservations)->status, 401U);
  EXPECT_EQ(client.post(kReservations, {{"X-User-ID", "one"}})->code(), "UNAUTHORIZED");
  const Fields wrong{{"Authorization", "Bearer wrong"}};
  const auto refused = client.post("/api/v1/events", wrong, event_body({.name = "other"}));
  EXPECT_EQ(refused->status, 401U);
  EXPECT_NE(refused->head.find("WWW-Authenticate: Bearer"), std::string::npos);
  EXPECT_EQ(client.get("/api/v1/events/rush/ledger", wrong)->status, 401U);
}

TEST_F(BadInputTest, KnowsNothingOfUnknownEventsAndPaths) {
  HttpClient client(server_.port());
  EXPECT_EQ(client.post("/api/v1/events/none/claims", as_user(1))->code(), "UNKNOWN_EVENT");
  EXPECT_EQ(client.get("/api/v1/events/none")->status, 404U);
  EXPECT_EQ(client.get("/api/v2")->code(), "UNKNOWN_PATH");
  const auto wrong_method = client.get(kReservations);
  EXPECT_EQ(wrong_method->status, 405U);
  EXPECT_NE(wrong_method->head.find("Allow: POST"), std::string::npos);
}

TEST_F(BadInputTest, RefusesBodiesThatAreNoEvent) {
  HttpClient client(server_.port());
  for (const char* body : {"", "{", "null", "{\"event\":1}", "\xff\xfe"}) {
    EXPECT_EQ(client.post("/api/v1/events", as_admin(), body)->code(), "BAD_REQUEST") << body;
  }
}

TEST_F(BadInputTest, AnswersPipelinedRequestsInOrder) {
  HttpClient client(server_.port());
  client.send_raw(
      "GET /livez HTTP/1.1\r\nHost: t\r\n\r\nGET /time HTTP/1.1\r\nHost: t\r\n\r\n"
      "GET /none HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.read_reply()->member("status"), "alive");
  EXPECT_FALSE(client.read_reply()->member("now_us").empty());
  const auto last = client.read_reply();
  EXPECT_EQ(last->status, 404U);
  EXPECT_TRUE(last->closes());
  EXPECT_TRUE(client.closed_by_peer());
}

TEST_F(BadInputTest, ServesOldClientsAndCarefulOnes) {
  HttpClient old(server_.port());
  old.send_raw("GET /livez HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_reply()->status, 200U);
  EXPECT_TRUE(old.closed_by_peer());
  HttpClient careful(server_.port());
  careful.send_raw(
      "POST /api/v1/events HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\n"
      "Content-Length: 2\r\n\r\n");
  EXPECT_EQ(careful.read_reply()->status, 100U);
  careful.send_raw("{}");
  EXPECT_EQ(careful.read_reply()->status, 401U);
}

TEST_F(BadInputTest, SurvivesAClientThatDoesNotReadItsAnswers) {
  HttpClient deaf(server_.port());
  for (int request = 0; request < 2000; ++request) {
    deaf.send_raw("GET /api/v1/events/rush HTTP/1.1\r\nHost: t\r\n\r\n");
  }
  HttpClient other(server_.port());
  EXPECT_EQ(other.get("/livez")->status, 200U);
}

TEST(ServerOutOfDescriptors, ServesThoseItHasAndTheOthersOnceTheyGo) {
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UBSan looks at memory through a pipe that it opens: without descriptors it "
                  "reports a fault of its own. Builds without sanitizers run this test.";
#endif
  ServerChild server({.options = {"--log-level=warning"}, .open_files_max = 32});
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int client = 0; client < 64; ++client) {
    clients.push_back(std::make_unique<HttpClient>(server.port()));  // the kernel accepts them all
  }
  EXPECT_EQ(clients.front()->get("/livez")->status, 200U);
  const auto last = std::move(clients.back());
  clients.clear();
  EXPECT_EQ(last->get("/livez")->status, 200U);
  server.send(15);
  EXPECT_NE(server.wait().log.find("cannot accept connections"), std::string::npos);
}

}  // namespace
}  // namespace fairrush::server_test
