#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "server/ledger/sqlite.hpp"
#include "tests/integration/bus/broker_house.hpp"
#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"

namespace fairrush::server {

/// A server in a process of its own over a broker of the test's own, with both consumers.
class ServerOverBus : public testing::Test {
 protected:
  static constexpr const char* kEvent = "/api/v1/events/rush";

  void enter(BrokerKind kind) {
    house_ = make_house(kind);
    if (house_ == nullptr) GTEST_SKIP() << name_of(kind) << " is not installed";
  }

  void start_server() {
    server_.emplace(server_test::ServerSpec{
        .ledger = directory_.file("ledger.db"),
        .options = {"--bus=" + house_->url(), "--consumers=audit,notification",
                    "--notify=file:" + directory_.file("notices.ndjson"), "--log-level=warning"}});
    ASSERT_NE(server_->port(), 0) << server_->wait().log;
    client_.emplace(server_->port());
  }
  void kill_server() {
    client_.reset();
    server_->kill();
    server_.reset();
  }

  /// An event with coupons for so many users, who have reserved.
  void create_event(std::uint32_t users) {
    const auto created = client_->post("/api/v1/events", server_test::as_admin(),
                                       server_test::event_body({.design = "ticket-list",
                                                                .coupons = std::to_string(users),
                                                                .reserve_ms = 400 + users}));
    ASSERT_TRUE(created && created->status == 201);
    for (std::uint32_t user = 0; user < users; ++user) {
      const auto reserved =
          client_->post(std::string(kEvent) + "/reservations", server_test::as_user(user));
      ASSERT_TRUE(reserved && reserved->status == 201) << reserved->body;
    }
  }

  /// The user's coupon, as soon as claims are open; empty when the server does not answer.
  std::string claim(std::uint32_t user) {
    for (;;) {
      const auto reply =
          client_->post(std::string(kEvent) + "/claims", server_test::as_user(user, "claim"));
      if (!reply) return {};
      if (reply->status == 200) return reply->member("coupon");
      EXPECT_EQ(reply->code(), "NOT_IN_ACTIVE_TIME") << reply->body;
      if (HasFailure()) return {};
    }
  }
  void claim_all(std::uint32_t users) {
    for (std::uint32_t user = 0; user < users; ++user) ASSERT_NE(claim(user), "");
  }

  std::string event(const std::string& member) {
    const auto reply = client_->get(kEvent);
    return reply ? reply->member(member) : "no answer";
  }
  std::string ready() {
    const auto reply = client_->get("/readyz");
    return reply && reply->status == 200 ? reply->body : "not ready";
  }

  /// Nothing is missing, and nothing degraded.
  bool is_ready() {
    const std::string said = ready();
    return said.starts_with(R"({"status":"ready")") && !said.contains("degraded");
  }

  /// Ids by how often they stand in lines of NDJSON.
  using Ids = std::map<std::string, int>;
  static Ids ids_in(const std::string& lines) {
    Ids ids;
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
      const std::size_t from = line.find("\"id\":\"") + 6;
      ++ids[line.substr(from, line.find('"', from) - from)];
    }
    return ids;
  }
  Ids heard_by_audit() {
    return ids_in(
        client_->get(std::string(kEvent) + "/audit", server_test::as_admin()).value().body);
  }
  Ids notices() const {
    std::ostringstream text;
    text << std::ifstream(directory_.file("notices.ndjson")).rdbuf();
    return ids_in(text.str());
  }

  /// Looks every few milliseconds; fails after half a minute.
  void wait_until(const std::function<bool()>& holds) {
    for (int look = 0; look < 6'000; ++look) {
      if (holds()) return;
      poll(nullptr, 0, 5);
    }
    FAIL() << "nothing came of it: " << client_->get(kEvent)->body << ready();
  }
  /// Until both consumers know of so many coupons, and nothing is on its way.
  void wait_until_heard(std::size_t coupons) {
    wait_until([this, coupons] {
      return event("outbox_pending") == "0" && event("unheard") == "0" &&
             heard_by_audit().size() == coupons && notices().size() == coupons;
    });
  }

  std::unique_ptr<BrokerHouse> house_;
  server_test::TestDirectory directory_;
  std::optional<server_test::ServerChild> server_;
  std::optional<server_test::HttpClient> client_;
};

}  // namespace fairrush::server
