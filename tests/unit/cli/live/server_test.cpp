#include "cli/live/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <deque>

#include "cli/live/address.hpp"
#include "tests/integration/server/http_client.hpp"

namespace fairrush::cli {
namespace {

using server_test::HttpClient;
using testing::HasSubstr;
using testing::Not;

class LiveServerTest : public testing::Test {
 protected:
  LiveServerTest() {
    auto server = LiveServer::start(*parse_live_address(":0"));
    if (!server) throw std::runtime_error(server.error());
    server_ = std::move(*server);
    server_->open({.scenario = "s", .question = "Is it?", .cohorts = {"all"}});
  }

  std::uint16_t port() const {
    const std::string& url = server_->url();
    const std::size_t at = url.rfind(':') + 1;
    std::uint16_t port = 0;
    std::from_chars(url.data() + at, url.data() + url.size(), port);
    return port;
  }

  std::unique_ptr<LiveServer> server_;
};

void listen(HttpClient& client) {
  client.send_raw("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.receive_until("event: story"));
}

TEST_F(LiveServerTest, TellsEveryListenerWhatHappensInOrder) {
  HttpClient one(port());
  HttpClient other(port());
  listen(one);
  listen(other);
  server_->note("first");
  server_->note("second");
  for (HttpClient* client : {&one, &other}) {
    ASSERT_TRUE(client->receive_until("second"));
    EXPECT_LT(client->received().find("first"), client->received().find("second"));
  }
}

TEST_F(LiveServerTest, DropsAListenerThatIsTooSlowAndNobodyElse) {
  HttpClient slow(port());
  HttpClient quick(port());
  listen(slow);
  listen(quick);
  const std::string padding(64 * 1024, '.');
  for (int number = 0; number < 100; ++number) {
    const std::string name = "number " + std::to_string(number);
    server_->note(padding + name);
    ASSERT_TRUE(quick.receive_until(name));
  }
  EXPECT_FALSE(slow.receive_until("number 99")) << "was not dropped";
  server_.reset();
  EXPECT_TRUE(quick.receive_until("event: farewell"));
}

TEST_F(LiveServerTest, TurnsAwayMoreConnectionsThanItHolds) {
  std::deque<HttpClient> listeners;
  for (std::size_t number = 0; number < LiveServer::kSessionsMax; ++number) {
    listen(listeners.emplace_back(port()));
  }
  HttpClient further(port());
  const auto reply = further.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503U);
  server_->note("still here");
  EXPECT_TRUE(listeners.front().receive_until("still here"));
}

TEST_F(LiveServerTest, EndsWithinBoundsWhateverItsClientsAreDoing) {
  HttpClient silent(port());
  HttpClient half(port());
  half.send_raw("GET / HT");
  HttpClient listener(port());
  listen(listener);
  const auto began = std::chrono::steady_clock::now();
  server_.reset();
  const Duration took = std::chrono::steady_clock::now() - began;
  EXPECT_LT(took, LiveServer::kFarewell + std::chrono::seconds(5));
  EXPECT_TRUE(listener.receive_until("event: farewell"));
  EXPECT_TRUE(silent.closed_by_peer());
}

TEST_F(LiveServerTest, KeepsNothingOfARunThatWasShownBefore) {
  server_->note("of the first");
  server_->open({.scenario = "second", .question = "And now?", .cohorts = {}});
  HttpClient client(port());
  listen(client);
  ASSERT_TRUE(client.receive_until("And now?"));
  EXPECT_THAT(client.received(), Not(HasSubstr("of the first")));
  const auto metrics = HttpClient(port()).get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("scenario=\"second\""));
}

}  // namespace
}  // namespace fairrush::cli
