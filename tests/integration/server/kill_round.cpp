#include "tests/integration/server/kill_round.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "tests/integration/server/http_client.hpp"

namespace fairrush::server_test {
namespace {

constexpr unsigned kClients = 8;

std::string reservation_key(std::uint32_t user) {
  return "reserve-" + std::to_string(user);
}
std::string claim_key(std::uint32_t user) {
  return "claim-" + std::to_string(user);
}

template <class Work>
void on_every_client(const Work& work) {
  std::vector<std::jthread> threads;
  for (unsigned client = 0; client < kClients; ++client) {
    threads.emplace_back([&work, client] { work(client); });
  }
}

}  // namespace

KillRound::KillRound(std::string ledger, KillPlan plan)
    : ledger_(std::move(ledger)), plan_(std::move(plan)), users_(plan_.users_max) {}

std::string KillRound::path(const std::string& rest) const {
  return "/api/v1/events/" + plan_.event + rest;
}

void KillRound::play(std::vector<Publication>& earlier, KillCounts& counts) {
  {
    ServerChild server({.ledger = ledger_, .options = {"--log-level=warning"}});
    ASSERT_NE(server.port(), 0) << server.wait().log;
    load_until_killed(server);
  }
  count(counts);
  ServerChild server({.ledger = ledger_, .options = {"--log-level=warning"}});
  ASSERT_NE(server.port(), 0) << server.wait().log;
  verify(server.port());
  verify_publication(server.port(), earlier);
  server.kill();  // the next round starts after this one
}

void KillRound::load_until_killed(ServerChild& server) {
  HttpClient admin(server.port());
  const auto created = admin.post(
      "/api/v1/events", as_admin(),
      event_body({.name = plan_.event, .design = plan_.design, .reserve_ms = plan_.reserve_ms}));
  ASSERT_TRUE(created);
  ASSERT_EQ(created->status, 201U) << created->body;
  const std::uint16_t port = server.port();
  std::vector<std::jthread> threads;
  for (unsigned client = 0; client < kClients; ++client) {
    threads.emplace_back([this, port, client] { run_client(port, client); });
  }
  threads.emplace_back([this, port] { watch_root(port); });
  std::this_thread::sleep_for(std::chrono::milliseconds(plan_.kill_after_ms));
  server.kill();
}

/// Reserves users as fast as the server allows until the window closes, then claims for each of
/// them, until the server dies.
void KillRound::run_client(std::uint16_t port, unsigned client_number) {
  HttpClient client(port);
  std::uint32_t end = client_number;
  for (; end < plan_.users_max; end += kClients) {
    const auto reply = client.post(path("/reservations"), as_user(end, reservation_key(end)));
    if (!reply) return;
    if (reply->status != 201) {
      EXPECT_EQ(reply->code(), "NOT_IN_ACTIVE_TIME") << reply->body;
      break;
    }
    users_[end].reservation = reply->body;
  }
  for (std::uint32_t user = client_number; user < end; user += kClients) {
    auto reply = client.post(path("/claims"), as_user(user, claim_key(user)));
    while (reply && reply->code() == "NOT_IN_ACTIVE_TIME") {  // all users were reserved too early
      reply = client.post(path("/claims"), as_user(user, claim_key(user)));
    }
    if (!reply) return;
    if (reply->status == 200) users_[user].win = reply->body;
    users_[user].lost = reply->status == 410;
    EXPECT_TRUE(reply->status == 200 || reply->status == 410) << reply->body;
  }
}

/// Keeps the draw's root if it is published before the kill.
void KillRound::watch_root(std::uint16_t port) {
  HttpClient client(port);
  while (const auto reply = client.get(path(""))) {
    const std::string root = reply->member("root");
    if (reply->status != 200 || root == "null") continue;
    root_ = root;
    return;
  }
}

void KillRound::verify(std::uint16_t port) {
  HttpClient client(port);
  const auto event = client.get(path(""));
  ASSERT_TRUE(event);
  if (event->status == 404) return;  // killed before its creation was acknowledged
  on_every_client([this, port](unsigned number) { verify_users(port, number); });
  if (root_.empty()) return;
  EXPECT_EQ(client.get(path(""))->member("root"), root_) << "a draw that was published changed";
}

void KillRound::verify_users(std::uint16_t port, unsigned client_number) {
  HttpClient client(port);
  for (std::uint32_t user = client_number; user < plan_.users_max; user += kClients) {
    verify_reservation(client, user);
  }
  while (client.get(path(""))->member("phase") != "rushing") std::this_thread::yield();
  for (std::uint32_t user = client_number; user < plan_.users_max; user += kClients) {
    verify_claim(client, user);
  }
}

void KillRound::verify_reservation(HttpClient& client, std::uint32_t user) {
  UserAnswers& known = users_[user];
  const auto again = client.post(path("/reservations"), as_user(user, reservation_key(user)));
  ASSERT_TRUE(again);
  if (!known.reservation.empty()) {
    ASSERT_EQ(again->status, 201U) << "lost reservation of user " << user << ": " << again->body;
    ASSERT_EQ(again->body, known.reservation) << user;
  } else if (again->status == 201) {
    known.reservation = again->body;
  }
}

void KillRound::verify_claim(HttpClient& client, std::uint32_t user) {
  UserAnswers& known = users_[user];
  const auto again = client.post(path("/claims"), as_user(user, claim_key(user)));
  ASSERT_TRUE(again);
  if (!known.win.empty()) {
    ASSERT_EQ(again->status, 200U) << "lost coupon of user " << user << ": " << again->body;
    ASSERT_EQ(again->body, known.win) << user;
  } else if (known.lost) {
    ASSERT_EQ(again->status, 410U) << "user " << user << " had lost: " << again->body;
  } else if (known.reservation.empty()) {
    ASSERT_EQ(again->code(), "NOT_RESERVATION") << user;
    return;
  }
  if (again->status == 200) known.win = again->body;
  const auto other = client.post(path("/claims"), as_user(user, "another-key"));
  ASSERT_TRUE(other);
  if (known.win.empty()) {
    ASSERT_EQ(other->status, 410U) << other->body;
  } else {
    ASSERT_EQ(other->code(), "ALREADY_CLAIMED") << other->body;
    ASSERT_EQ(other->member("coupon"), again->member("coupon"));
  }
}

/// Everybody has claimed by now: the ledger must hold exactly the wins, and exactly the quota.
void KillRound::check_ledger(const std::string& ledger, std::uint64_t quota) const {
  std::set<std::string> coupons;
  std::set<std::int64_t> winners;
  std::istringstream lines(ledger);
  for (std::string line; std::getline(lines, line);) {
    const auto row = boost::json::parse(line);
    const std::int64_t user = row.at("user").as_int64();
    const std::string coupon(row.at("coupon").as_string());
    EXPECT_TRUE(coupons.insert(coupon).second) << "issued twice: " << coupon;
    EXPECT_TRUE(winners.insert(user).second) << "two coupons for user " << user;
    const UserAnswers& known = users_.at(static_cast<std::size_t>(user));
    EXPECT_NE(known.win.find(coupon), std::string::npos) << "nobody was told of " << coupon;
  }
  std::size_t wins = 0;
  for (const UserAnswers& user : users_) wins += user.win.empty() ? 0U : 1U;
  EXPECT_EQ(winners.size(), wins);
  EXPECT_EQ(coupons.size(), quota);
}

void KillRound::verify_publication(std::uint16_t port, std::vector<Publication>& earlier) const {
  HttpClient client(port);
  const auto publication = [&client](const std::string& event) {
    const std::string base = "/api/v1/events/" + event;
    const auto roster = client.get(base + "/draw/roster");
    return Publication{event, client.get(base + "/ledger", as_admin())->body,
                       roster->status == 200 ? roster->body : std::string()};
  };
  for (const Publication& known : earlier) {
    const Publication now = publication(known.event);
    EXPECT_EQ(now.ledger, known.ledger) << known.event;
    EXPECT_EQ(now.roster, known.roster) << known.event;
  }
  const auto event = client.get(path(""));
  if (event->status == 404) return;
  earlier.push_back(publication(plan_.event));
  check_ledger(earlier.back().ledger, std::stoull(event->member("quota")));
}

void KillRound::count(KillCounts& counts) const {
  std::uint64_t reservations = 0;
  std::uint64_t verdicts = 0;
  for (const UserAnswers& user : users_) {
    reservations += user.reservation.empty() ? 0U : 1U;
    counts.wins += user.win.empty() ? 0U : 1U;
    counts.losses += user.lost ? 1U : 0U;
    verdicts += !user.win.empty() || user.lost ? 1U : 0U;
  }
  counts.reservations += reservations;
  if (verdicts == 0) ++counts.rounds_killed_reserving;
  if (verdicts > 0 && verdicts < reservations) ++counts.rounds_killed_rushing;
}

}  // namespace fairrush::server_test
