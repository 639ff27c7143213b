// What those who run the server see of it: logs and metrics.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <csignal>
#include <sstream>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kForged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.forged-signature";
constexpr const char* kWrongAdmin = "not-the-admin-token";

/// One user's way to a spent coupon, beside those who try what they may not; returns the coupon.
std::string play(std::uint16_t port) {
  HttpClient client(port);
  const EventPlan plan{.design = "ticket-list", .coupons = "1", .reserve_ms = 600'000};
  const Fields forged{{"Authorization", std::string("Bearer ") + kForged}};
  const Fields wrong_admin{{"Authorization", std::string("Bearer ") + kWrongAdmin}};
  EXPECT_EQ(client.post("/api/v1/events", wrong_admin, event_body(plan))->status, 401U);
  EXPECT_EQ(client.post("/api/v1/events", as_admin(), event_body(plan))->status, 201U);
  EXPECT_EQ(client.post("/api/v1/events/rush/claims", forged)->status, 401U);
  EXPECT_EQ(client.post("/api/v1/events/rush/reservations", as_user(1, "the-secret-key"))->status,
            201U);
  EXPECT_EQ(client.post("/api/v1/events/rush/activate", as_admin())->status, 200U);
  const std::string coupon =
      client.post("/api/v1/events/rush/claims", as_user(1, "the-secret-key"))->member("coupon");
  EXPECT_FALSE(coupon.empty());
  EXPECT_EQ(client
                .post("/api/v1/orders/o1/apply-coupon", as_user(1),
                      fmt::format(R"({{"coupon":"{}","amount":100}})", coupon))
                ->status,
            200U);
  EXPECT_EQ(client.get("/api/v1/users/me/coupons?token=in-the-query", as_user(1))->status, 200U);
  return coupon;
}

class ServerLog : public testing::TestWithParam<const char*> {};

TEST_P(ServerLog, HoldsNoSecretTokenKeyOrCoupon) {
  ServerChild server(
      {.options = {std::string("--log-level=") + GetParam(), "--metrics-token=the-metrics-token"}});
  const std::string coupon = play(server.port());
  server.send(SIGTERM);
  const std::string log = server.wait().log;
  EXPECT_THAT(log, HasSubstr("\"message\":\"listening\"")) << "there is a log at all";
  for (const std::string& secret :
       {std::string(kAdminToken), std::string(kWrongAdmin), std::string(kForged), coupon,
        std::string("the-metrics-token"), std::string("the-secret-key"), std::string("forged"),
        std::string("in-the-query"), std::string("Bearer")}) {
    EXPECT_THAT(log, Not(HasSubstr(secret)));
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, ServerLog, testing::Values("info", "debug"),
                         [](const auto& info) { return std::string(info.param); });

TEST(ServerLogLines, AreJsonObjectsWithTheRequestsId) {
  ServerChild server({.options = {"--log-level=debug"}});
  {
    HttpClient client(server.port());
    const auto named = client.get("/livez", {{"X-Request-ID", "abc.1"}});
    EXPECT_THAT(named->head, HasSubstr("\r\nX-Request-ID: abc.1\r\n"));
    const auto unnamed = client.get("/nowhere", {{"X-Request-ID", "no \"id\""}});
    EXPECT_THAT(unnamed->head, Not(HasSubstr("no \"id\"")));
    EXPECT_THAT(unnamed->head, HasSubstr("\r\nX-Request-ID: "));
  }
  server.send(SIGTERM);
  std::istringstream log(server.wait().log);
  unsigned answered = 0;
  for (std::string line; std::getline(log, line);) {
    boost::system::error_code error;
    const auto value = boost::json::parse(line, error);
    ASSERT_FALSE(error) << line;
    ASSERT_TRUE(value.at("time").is_string() && value.at("level").is_string()) << line;
    if (value.at("message") != "answered") continue;
    ++answered;
    EXPECT_TRUE(value.as_object().contains("request")) << line;
    if (value.at("path") == "/livez") EXPECT_EQ(value.at("request"), "abc.1");
  }
  EXPECT_EQ(answered, 2U) << "one line a request";
}

TEST(ServerMetricsPage, CountsARealSession) {
  const ServerChild server({});
  play(server.port());
  HttpClient client(server.port());
  const auto page = client.get("/metrics");
  EXPECT_EQ(page->status, 200U);
  EXPECT_THAT(page->head, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  for (const char* line :
       {"fairrush_claims_total{design=\"ticket-list\",outcome=\"won\",reason=\"\"} 1\n",
        "fairrush_requests_total{method=\"POST\",route=\"/api/v1/events\",status=\"201\"} 1\n",
        "fairrush_requests_total{method=\"POST\",route=\"/api/v1/events\",status=\"401\"} 1\n",
        "fairrush_redemptions_total{outcome=\"spent\",reason=\"\"} 1\n",
        "fairrush_dependency_ready{dependency=\"ledger\"} 1\n",
        "fairrush_ledger_failures_total 0\n", "\nfairrush_outbox_pending ",
        "fairrush_connections_accepted_total 2\n"}) {
    EXPECT_THAT(page->body, HasSubstr(line));
  }
  EXPECT_THAT(page->body, HasSubstr("\nprocess_open_fds "));
  EXPECT_THAT(page->body, HasSubstr("\nfairrush_tick_lateness_seconds_count "));
}

TEST(ServerMetricsPage, IsForThoseWithTheTokenWhereThereIsOne) {
  const ServerChild server({.options = {"--metrics-token=scrape"}});
  HttpClient client(server.port());
  EXPECT_EQ(client.get("/metrics")->status, 401U);
  EXPECT_EQ(client.get("/metrics", {{"Authorization", "Bearer scrape"}})->status, 200U);
  EXPECT_EQ(client.get("/api/v1/events/x/ledger", {{"Authorization", "Bearer scrape"}})->status,
            401U);
}

}  // namespace
}  // namespace fairrush::server_test
