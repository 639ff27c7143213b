#include <gtest/gtest.h>

#include <map>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {
namespace {

constexpr const char* kReservations = "/api/v1/events/rush/reservations";
constexpr std::uint64_t kDiskBytes = std::uint64_t{2} * 1024 * 1024;
constexpr std::uint32_t kUsersMax = 100'000;  // more than the disk can hold

TEST(FullDisk, StopsTheServerFromAcknowledgingAndLosesNothing) {
  const TestDirectory directory;
  std::map<std::uint32_t, std::string> acknowledged;
  std::uint32_t refused_user = kUsersMax;
  {
    ServerChild server({.ledger = directory.file("l.db"), .file_size_max = kDiskBytes});
    HttpClient client(server.port());
    ASSERT_EQ(client.post("/api/v1/events", as_admin(), event_body({}))->status, 201U);
    for (std::uint32_t user = 0; user < kUsersMax && refused_user == kUsersMax; ++user) {
      const auto reply = client.post(kReservations, as_user(user, "key"));
      ASSERT_TRUE(reply);
      if (reply->status == 201) {
        acknowledged[user] = reply->body;
      } else {
        ASSERT_EQ(reply->code(), "LEDGER_UNAVAILABLE") << reply->body;
        EXPECT_NE(reply->head.find("Retry-After: "), std::string::npos);
        refused_user = user;
      }
    }
    ASSERT_LT(refused_user, kUsersMax) << "the disk never filled";
    EXPECT_EQ(client.post(kReservations, as_user(refused_user))->status, 503U);
    EXPECT_EQ(client.post(kReservations, as_user(0, "key"))->status, 503U) << "fail-stop";
    EXPECT_EQ(client.post("/api/v1/events", as_admin(), event_body({.name = "b"}))->status, 503U);
    const auto readiness = client.get("/readyz");
    EXPECT_EQ(readiness->status, 503U);
    EXPECT_NE(readiness->member("detail").find("l.db"), std::string::npos) << readiness->body;
    EXPECT_EQ(client.get("/livez")->status, 200U);
    client.close();
    server.send(15);
    EXPECT_EQ(server.wait().status, 0);
  }
  EXPECT_GT(acknowledged.size(), 100U);
  const ServerChild again({.ledger = directory.file("l.db")});
  HttpClient client(again.port());
  for (const auto& [user, body] : acknowledged) {
    const auto reply = client.post(kReservations, as_user(user, "key"));
    ASSERT_TRUE(reply);
    ASSERT_EQ(reply->body, body) << user;
  }
  EXPECT_EQ(client.post(kReservations, as_user(kUsersMax))->status, 201U) << "room again";
}

}  // namespace
}  // namespace fairrush::server_test
