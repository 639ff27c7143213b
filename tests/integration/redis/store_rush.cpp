#include "tests/integration/redis/store_rush.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace fairrush::server_test {
namespace {

constexpr unsigned kClients = 8;
constexpr std::uint32_t kUsers = 800;
constexpr std::int64_t kReserveMs = 2'000;
constexpr std::chrono::milliseconds kAgain{5};
constexpr std::chrono::seconds kPatience{20};

bool is_definite(const Reply& reply) {
  return reply.status != 503 && reply.status < 500;
}

}  // namespace

StoreRush::StoreRush(std::string design, const Disturbance& disturbance)
    : disturbance_(disturbance),
      design_(std::move(design)),
      redis_(disturbance.redis_options),
      port_(static_cast<std::uint16_t>(integration::free_port())),
      users_(kUsers) {}

void StoreRush::start_server() {
  server_ = std::make_unique<ServerChild>(
      ServerSpec{.ledger = directory_.file("ledger.db"),
                 .options = {"--store=" + redis_.url(), "--log-level=info"},
                 .listen = fmt::format("127.0.0.1:{}", port_)});
  ASSERT_NE(server_->port(), 0) << server_->wait().log;
}

void StoreRush::kill_server() {
  server_->kill();
  start_server();
}

void StoreRush::tell_redis(const std::string& line) {
  HttpClient client(static_cast<std::uint16_t>(redis_.port()));
  client.send_raw(line + "\r\n");
  EXPECT_TRUE(client.receive_until("\r\n"));
}

void StoreRush::play() {
  start_server();
  HttpClient admin(port_);
  const auto created = admin.post("/api/v1/events", as_admin(),
                                  event_body({.design = design_, .reserve_ms = kReserveMs}));
  ASSERT_TRUE(created);
  ASSERT_EQ(created->status, 201U) << created->body;
  {
    std::vector<std::jthread> clients;
    for (unsigned number = 0; number < kClients; ++number) {
      clients.emplace_back([this, number] {
        run_client(number);
        ++done_;
      });
    }
    // On this thread: a process ends with the thread that started it.
    strike_now_and_then();
  }
  verify();
  if (testing::Test::HasFailure()) {
    ADD_FAILURE() << server_->kill().log;
    return;
  }
  kill_server();
  verify();
}

void StoreRush::strike_now_and_then() {
  for (int strike = 0; strike < disturbance_.strikes && done_ < kClients; ++strike) {
    std::this_thread::sleep_for(std::chrono::milliseconds(disturbance_.pause_ms));
    disturbance_.strike(*this);
  }
}

std::optional<Reply> StoreRush::insist(std::unique_ptr<HttpClient>& client, std::uint32_t user,
                                       const std::string& what, bool& doubt) {
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  std::string last = "no answer";
  while (std::chrono::steady_clock::now() < give_up) {
    if (!client) client = std::make_unique<HttpClient>(port_);
    const auto reply = client->post(path(what), as_user(user, fmt::format("{}-{}", what, user)));
    if (reply && is_definite(*reply)) return reply;
    if (reply) last = reply->body;
    if (!reply || reply->code() == "OUTCOME_UNKNOWN") {
      doubt = true;
      ++unknown_;
    }
    if (reply && reply->status == 503) {
      EXPECT_TRUE(reply->code() == "OUTCOME_UNKNOWN" || reply->code() == "STORE_UNAVAILABLE")
          << reply->body;
    }
    if (!reply) client.reset();
    std::this_thread::sleep_for(kAgain);
  }
  ADD_FAILURE() << "no definite answer to " << what << " of user " << user << ": " << last;
  return std::nullopt;
}

void StoreRush::run_client(unsigned number) {
  auto client = std::make_unique<HttpClient>(port_);
  bool doubt = false;
  const auto pace = std::chrono::milliseconds(kReserveMs) * kClients / kUsers / 2;
  for (std::uint32_t user = number; user < kUsers; user += kClients) {
    const auto reply = insist(client, user, "/reservations", doubt);
    if (!reply) return;
    if (reply->status == 201) users_[user].ticket = reply->body;
    EXPECT_TRUE(reply->status == 201 || reply->code() == "NOT_IN_ACTIVE_TIME") << reply->body;
    std::this_thread::sleep_for(pace);
  }
  while (true) {
    const auto event = client ? client->get(path("")) : std::nullopt;
    if (event && event->member("phase") == "rushing") break;
    client = std::make_unique<HttpClient>(port_);
    std::this_thread::sleep_for(kAgain);
  }
  for (std::uint32_t user = number; user < kUsers; user += kClients) {
    UserTold& told = users_[user];
    const auto reply = insist(client, user, "/claims", told.in_doubt);
    if (!reply) return;
    if (reply->status == 200) told.win = reply->body;
    told.lost = reply->status == 410;
    const bool holds = !told.ticket.empty();
    EXPECT_TRUE(holds ? reply->status == 200 || reply->status == 410
                      : reply->code() == "NOT_RESERVATION")
        << reply->body << " to user " << user << " with ticket " << told.ticket;
    std::this_thread::sleep_for(pace);
  }
}

void StoreRush::verify() {
  auto client = std::make_unique<HttpClient>(port_);
  bool doubt = false;
  ASSERT_TRUE(insist(client, 0, "/claims", doubt)) << "the service does not come back";
  for (std::uint32_t user = 0; user < kUsers && !testing::Test::HasFailure(); ++user) {
    verify_user(*client, user);
  }
  verify_ledger();
}

void StoreRush::verify_user(HttpClient& client, std::uint32_t user) {
  const UserTold& told = users_[user];
  const auto again =
      client.post(path("/reservations"), as_user(user, fmt::format("/reservations-{}", user)));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status == 201 ? again->body : std::string(), told.ticket) << again->body;
  const auto claim = client.post(path("/claims"), as_user(user, fmt::format("/claims-{}", user)));
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->status == 200 ? claim->body : std::string(), told.win) << claim->body;
  EXPECT_EQ(claim->status == 410, told.lost) << claim->body << " to user " << user;
}

void StoreRush::verify_ledger() {
  HttpClient client(port_);
  const auto event = client.get(path(""));
  const auto rows = client.get(path("/ledger"), as_admin());
  ASSERT_TRUE(event && rows);
  std::map<std::string, std::string> kept;  // coupon → line
  std::istringstream lines(rows->body);
  for (std::string line; std::getline(lines, line);) {
    const std::string coupon = line.substr(line.find("\"coupon\":\"") + 10, 24);
    EXPECT_TRUE(kept.emplace(coupon, line).second) << "twice: " << line;
  }
  std::size_t tickets = 0;
  std::size_t wins = 0;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    tickets += users_[user].ticket.empty() ? 0U : 1U;
    if (users_[user].win.empty()) continue;
    ++wins;
    const std::string coupon = users_[user].win.substr(users_[user].win.find(':') + 2, 24);
    ASSERT_TRUE(kept.contains(coupon)) << "acknowledged and lost: " << coupon;
    EXPECT_NE(kept[coupon].find(fmt::format("\"user\":{},", user)), std::string::npos);
  }
  EXPECT_EQ(kept.size(), wins) << "coupons that nobody was told of";
  EXPECT_EQ(event->member("roster"), std::to_string(tickets));
  EXPECT_EQ(event->member("quota"), std::to_string(wins)) << "everybody has claimed";
  EXPECT_GT(tickets, 50U);
  fmt::print("{} tickets, {} coupons, {} unknown outcomes\n", tickets, wins, unknown_.load());
}

}  // namespace fairrush::server_test
