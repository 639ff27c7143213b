// Strings that would be SQL, Lua, JSON or another line of the log, in every place where a user may
// put one, on every store: they are data, or they are refused.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <memory>
#include <sstream>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/postgres_server.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server_test {
namespace {

using integration::PostgresServer;
using integration::RedisServer;

/// What has broken others. None has a byte that cannot stand in a header's line.
const std::vector<std::string>& attacks() {
  static const std::vector<std::string> kAttacks{
      "'; DROP TABLE coupons; --",
      "' OR '1'='1",
      "\"; DELETE FROM events; --",
      "1; SELECT pg_sleep(60)",
      "$1",
      "%s%n%x",
      "\\'; TRUNCATE reservations; --",
      "]]..redis.call('FLUSHALL')..[[",
      "\") redis.call(\"FLUSHALL\") --",
      "*1 $8 FLUSHALL",
      "{rush}:stock",
      "../../etc/passwd",
      "\",\"level\":\"error\",\"message\":\"forged",
      "${jndi:ldap://127.0.0.1/x}",
      "<script>alert(1)</script>",
      "\xf0\x9f\x92\xa3\xc3\x28",
  };
  return kAttacks;
}

std::string quoted(const std::string& text) {
  return boost::json::serialize(boost::json::string(text));
}

/// The same as a segment of a path.
std::string escaped(const std::string& text) {
  std::string path;
  for (const char c : text) path += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return path;
}

/// A server over one of the stores, with a rush in which two of ten may win.
class Injection : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    std::vector<std::string> options{"--log-level=debug"};
    std::string design = "ticket-list";
    if (store() == "postgres") {
      if (!PostgresServer::is_installed()) GTEST_SKIP() << "PostgreSQL is not installed";
      postgres_ = std::make_unique<PostgresServer>();
      options.push_back("--store=" + postgres_->url());
      design = "row-lock";
    }
    if (store() == "redis") {
      if (!RedisServer::is_installed()) GTEST_SKIP() << "Redis is not installed";
      redis_ = std::make_unique<RedisServer>();
      options.push_back("--store=" + redis_->url());
    }
    server_ = std::make_unique<ServerChild>(ServerSpec{.options = options});
    client_ = std::make_unique<HttpClient>(server_->port());
    while (client_->get("/readyz")->status != 200) {
    }
    const EventPlan plan{.design = design, .coupons = "2", .reserve_ms = 2000};
    ASSERT_EQ(client_->post("/api/v1/events", as_admin(), event_body(plan))->status, 201U);
    for (std::uint32_t user = 0; user < 10; ++user) {
      ASSERT_EQ(client_->post(event() + "/reservations", as_user(user, "r"))->status, 201U);
    }
  }

  static std::string store() { return GetParam(); }
  static std::string event() { return "/api/v1/events/rush"; }
  void wait_for_rush() {
    while (client_->get(event())->member("phase") != "rushing") {
    }
  }
  /// Whatever it is, it is answered, and not by a failure of ours.
  Reply ask(const std::string& path, const Fields& fields, const std::string& body = {}) {
    auto reply = client_->post(path, fields, body);
    EXPECT_TRUE(reply) << path << " " << body;
    if (!reply) return {};
    EXPECT_LT(reply->status, 500U) << path << " " << body << "\n" << reply->body;
    if (reply->closes()) client_ = std::make_unique<HttpClient>(server_->port());
    return *reply;
  }

  std::unique_ptr<PostgresServer> postgres_;
  std::unique_ptr<RedisServer> redis_;
  std::unique_ptr<ServerChild> server_;
  std::unique_ptr<HttpClient> client_;
};

TEST_P(Injection, IsDataOrRefusedWhereverItStands) {
  for (const std::string& attack : attacks()) {
    // A name of an event, in a path and in a body.
    EXPECT_EQ(ask("/api/v1/events/" + escaped(attack) + "/claims", as_user(1)).status, 404U);
    EXPECT_EQ(ask("/api/v1/events", as_admin(),
                  fmt::format(R"({{"event":{},"coupons":1}})", quoted(attack)))
                  .status,
              400U)
        << attack;
    EXPECT_GE(
        ask("/api/v1/coupons", as_user(1), fmt::format(R"({{"event":{}}})", quoted(attack))).status,
        400U);
    // A user's number, the cohort, an order, a coupon, an amount.
    EXPECT_EQ(ask(event() + "/claims", {{"X-User-ID", attack}}).status, 401U) << attack;
    EXPECT_GE(ask("/api/v1/orders/" + escaped(attack) + "/apply-coupon", as_user(1),
                  R"({"coupon":"AAAAA","amount":1})")
                  .status,
              400U);
    EXPECT_GE(ask("/api/v1/orders/o1/apply-coupon", as_user(1),
                  fmt::format(R"({{"coupon":{},"amount":1}})", quoted(attack)))
                  .status,
              400U);
    EXPECT_EQ(ask("/api/v1/orders/o1/apply-coupon", as_user(1),
                  fmt::format(R"({{"coupon":"AAAAA","amount":{}}})", quoted(attack)))
                  .status,
              400U);
  }
  // A key may be anything, and is told apart from every other.
  std::uint32_t user = 10;
  for (const std::string& attack : attacks()) {
    const Fields fields = as_user(user++, attack);
    const Reply first = ask(event() + "/reservations", fields);
    EXPECT_EQ(first.status, 201U) << attack << first.body;
    EXPECT_EQ(ask(event() + "/reservations", fields).body, first.body) << attack;
  }
  EXPECT_EQ(client_->get(event())->member("roster"), std::to_string(10 + attacks().size()));
}

TEST_P(Injection, ChangesNothingOfTheRush) {
  wait_for_rush();
  std::vector<std::string> coupons;
  for (std::uint32_t user = 0; user < 10; ++user) {
    const Fields fields = as_user(user, attacks().at(user));
    const Reply claim = ask(event() + "/claims", fields);
    EXPECT_EQ(ask(event() + "/claims", fields).body, claim.body);
    if (claim.status == 200) coupons.push_back(claim.member("coupon"));
  }
  EXPECT_EQ(coupons.size(), 2U);
  EXPECT_EQ(client_->get(event())->member("issued"), "2");
  EXPECT_EQ(client_->get("/readyz")->status, 200U);
}

TEST_P(Injection, KeepsACouponFromWhomItIsNot) {
  wait_for_rush();
  std::string coupon;
  std::uint32_t owner = 0;
  for (; owner < 10 && coupon.empty(); ++owner) {
    coupon = ask(event() + "/claims", as_user(owner, "k")).member("coupon");
  }
  ASSERT_FALSE(coupon.empty());
  const std::string body = fmt::format(R"({{"coupon":"{}","amount":100}})", coupon);
  const std::uint32_t other = owner;  // the next one
  const Reply stolen = ask("/api/v1/orders/o1/apply-coupon", as_user(other), body);
  EXPECT_EQ(stolen.status, 403U) << stolen.body;
  EXPECT_EQ(stolen.code(), "NOT_OWNED");
  EXPECT_THAT(client_->get("/api/v1/users/me/coupons", as_user(other))->body,
              testing::Not(testing::HasSubstr(coupon)));
  EXPECT_EQ(ask("/api/v1/orders/o1/apply-coupon", as_user(owner - 1), body).status, 200U)
      << "it was not spent by the attempt";
}

TEST_P(Injection, WritesNoLineOfTheLog) {
  for (const std::string& attack : attacks()) {
    ask("/api/v1/events/" + escaped(attack + "\n{\"level\":\"error\",\"message\":\"forged\"}") +
            "/claims",
        {{"X-User-ID", "1"}, {"X-Request-ID", attack}, {"User-Agent", attack}});
  }
  client_->send_raw("GET /{\"message\":\"forged\"} HTTP/1.1\r\nHost: t\r\n\r\n");
  client_->read_reply();
  server_->send(SIGTERM);
  std::istringstream log(server_->wait().log);
  unsigned lines = 0;
  for (std::string line; std::getline(log, line); ++lines) {
    boost::system::error_code error;
    const auto value = boost::json::parse(line, error);
    ASSERT_FALSE(error) << line;
    EXPECT_NE(value.at("message"), "forged") << line;
    EXPECT_NE(value.at("level"), "error") << line;
  }
  EXPECT_GT(lines, attacks().size());
}

INSTANTIATE_TEST_SUITE_P(Stores, Injection, testing::Values("memory", "redis", "postgres"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace fairrush::server_test
