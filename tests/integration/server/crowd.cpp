#include "tests/integration/server/crowd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <memory>
#include <set>
#include <sstream>
#include <utility>

namespace fairrush::server_test {

Crowd::Crowd(CrowdPlan plan) : plan_(std::move(plan)) {
  for (std::uint32_t client = 0; client < kClients; ++client) {
    threads_.emplace_back([this, client] { run(client); });
  }
}

Crowd::~Crowd() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Crowd::wait_for(std::uint32_t answers) const {
  while (answered_ < answers) std::this_thread::yield();
}

std::map<std::uint32_t, Reply> Crowd::answers() {
  for (std::thread& thread : threads_) thread.join();
  return std::move(answers_);
}

void Crowd::run(std::uint32_t number) {
  const std::uint16_t port = plan_.ports.at(number % plan_.ports.size());
  auto client = std::make_unique<HttpClient>(port);
  for (std::uint32_t place = number; place < plan_.users; place += kClients) {
    const std::uint32_t user = plan_.first + place;
    const auto reply = ask(port, client, user);
    ASSERT_TRUE(reply) << "a server that hung up on user " << user;
    const std::lock_guard lock(mutex_);
    answers_[user] = *reply;
    ++answered_;
  }
}

std::optional<Reply> Crowd::ask(std::uint16_t port, std::unique_ptr<HttpClient>& client,
                                std::uint32_t user) {
  for (;;) {
    auto reply = client->post(plan_.path, as_user(user, "key-" + std::to_string(user)));
    if (plan_.peer == Peer::balancer) {
      if (!reply || reply->closes()) client = std::make_unique<HttpClient>(port);
      if (!reply || reply->status == 502 || reply->status == 504) {
        ++refusals_;
        continue;
      }
    }
    // A claim that waits in line while the breaker is open hears the outcome like any other.
    if (reply && reply->status == 202) continue;
    if (!reply || reply->status != 503) return reply;
    EXPECT_NE(reply->field("Retry-After"), "");
    // Whoever comes once the ledger is known to be away is not let in at all.
    EXPECT_THAT(reply->code(), testing::AnyOf("LEDGER_UNAVAILABLE", "OVERLOADED", "DRAINING"));
    ++refusals_;
  }
}

std::map<std::int64_t, std::string> issued(std::uint16_t port) {
  HttpClient client(port);
  std::map<std::int64_t, std::string> coupons;
  std::set<std::string> seen;
  auto export_of = client.get("/api/v1/events/rush/ledger", as_admin());
  // A database that has just come back may not be seen to be there yet.
  while (export_of->status == 503) {
    export_of = client.get("/api/v1/events/rush/ledger", as_admin());
  }
  std::istringstream lines(export_of->body);
  for (std::string line; std::getline(lines, line);) {
    const auto row = boost::json::parse(line);
    const std::string coupon(row.at("coupon").as_string());
    EXPECT_TRUE(seen.insert(coupon).second) << coupon;
    EXPECT_TRUE(coupons.emplace(row.at("user").as_int64(), coupon).second);
  }
  return coupons;
}

void expect_told(const std::map<std::uint32_t, Reply>& answers,
                 const std::map<std::int64_t, std::string>& ledger) {
  std::size_t wins = 0;
  for (const auto& [user, reply] : answers) {
    if (reply.status != 200) {
      EXPECT_TRUE(reply.code() == "SOLD_OUT" || reply.code() == "NOT_RESERVATION") << reply.body;
      continue;
    }
    ++wins;
    const auto row = ledger.find(user);
    ASSERT_NE(row, ledger.end()) << "user " << user << " was told of a coupon that is not there";
    EXPECT_EQ(row->second, reply.member("coupon"));
  }
  EXPECT_EQ(wins, ledger.size());
}

}  // namespace fairrush::server_test
