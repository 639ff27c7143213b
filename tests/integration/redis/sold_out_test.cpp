// Once everything is gone, losers are told so whether Redis is there or not.
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server_test {
namespace {

constexpr std::uint32_t kUsers = 20;
constexpr std::uint32_t kCoupons = 4;
constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr const char* kClaims = "/api/v1/events/rush/claims";

class SoldOut : public testing::TestWithParam<const char*> {};

TEST_P(SoldOut, NeedsNoRedis) {
  if (!integration::RedisServer::is_installed()) GTEST_SKIP() << "Redis is not installed";
  integration::RedisServer redis;
  const ServerChild server({.options = {"--store=" + redis.url(), "--log-level=error"}});
  HttpClient client(server.port());
  const auto claim = [&client](std::uint32_t user) {
    return *client.post(kClaims, as_user(user, "key"));
  };
  while (client.get("/readyz")->status != 200) {
  }
  client.post("/api/v1/events", as_admin(), event_body({.design = GetParam(), .reserve_ms = 1500}));
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    ASSERT_EQ(client.post(kReservations, as_user(user, "key"))->status, 201U) << user;
  }
  while (client.get("/api/v1/events/rush")->member("phase") != "rushing") {
  }
  for (std::uint32_t user = 0; user < kCoupons; ++user) ASSERT_EQ(claim(user).status, 200U);
  EXPECT_EQ(claim(kCoupons).code(), "SOLD_OUT");
  redis.kill();
  for (std::uint32_t user = kCoupons; user < kUsers; ++user) {
    EXPECT_EQ(claim(user).code(), "SOLD_OUT") << user;
  }
  EXPECT_EQ(claim(kUsers).code(), "NOT_RESERVATION");
  EXPECT_EQ(claim(0).code(), "STORE_UNAVAILABLE") << "Redis knows what a winner has";
  redis.restart();
  Reply again = claim(0);
  while (again.status == 503) again = claim(0);
  EXPECT_EQ(again.status, 200U) << again.body;
}

INSTANTIATE_TEST_SUITE_P(Designs, SoldOut,
                         testing::Values("ticket-list", "stock-counter", "preloaded-shuffle",
                                         "distributed-lock"),
                         [](const auto& row) {
                           std::string name = row.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace fairrush::server_test
