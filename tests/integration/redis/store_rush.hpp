#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/integration/server/http_client.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::server_test {

/// How a rush over Redis is disturbed.
struct Disturbance {
  std::string name;
  std::vector<std::string> redis_options;  ///< of its command line
  void (*strike)(class StoreRush& rush) = nullptr;
  int strikes = 6;
  int pause_ms = 250;  ///< before each
};

/// What a user was told for sure.
struct UserTold {
  std::string ticket;  ///< the body of the 201; empty: none
  std::string win;     ///< the body of the 200; empty: none
  bool lost = false;
  bool in_doubt = false;  ///< an attempt of the claim got no definite answer
};

/// A rush of many users over fairrush-server and Redis in processes of their own, which are struck
/// while it goes on. Clients ask again under the same key until they know. What was acknowledged
/// must hold afterwards.
class StoreRush {
 public:
  StoreRush(std::string design, const Disturbance& disturbance);

  void play();

  // what strikes are made of

  integration::RedisServer& redis() { return redis_; }
  void kill_server();
  /// Sends Redis a command of one line.
  void tell_redis(const std::string& line);

 private:
  void start_server();
  void strike_now_and_then();
  void run_client(unsigned number);
  /// Asks again until there is a definite answer; null when time is up.
  std::optional<Reply> insist(std::unique_ptr<HttpClient>& client, std::uint32_t user,
                              const std::string& what, bool& doubt);
  void verify();
  void verify_user(HttpClient& client, std::uint32_t user);
  void verify_ledger();
  std::string path(const std::string& rest) const { return "/api/v1/events/rush" + rest; }

  const Disturbance& disturbance_;
  std::string design_;
  integration::RedisServer redis_;
  TestDirectory directory_;
  std::uint16_t port_ = 0;
  std::unique_ptr<ServerChild> server_;
  std::vector<UserTold> users_;
  std::atomic<unsigned> done_ = 0;  ///< clients
  std::atomic<unsigned> unknown_ = 0;
};

}  // namespace fairrush::server_test
