#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/server/http_client.hpp"

namespace fairrush::server_test {

/// Whom the users of a crowd talk to: a balancer may hang up, and says 502 and 504 of its own.
enum class Peer : std::uint8_t { server, balancer };

/// Who asks for what, and where.
struct CrowdPlan {
  std::vector<std::uint16_t> ports;  ///< each client keeps to one of them
  std::string path;
  std::uint32_t first = 0;  ///< user
  std::uint32_t users = 0;  ///< so many from the first on
  Peer peer = Peer::server;
};

/// Users who ask for one thing until they have an answer, each with an idempotency key, over
/// several connections to several servers.
class Crowd {
 public:
  explicit Crowd(CrowdPlan plan);
  Crowd(std::vector<std::uint16_t> ports, std::string path, std::uint32_t users)
      : Crowd(CrowdPlan{.ports = std::move(ports), .path = std::move(path), .users = users}) {}
  ~Crowd();

  void wait_for(std::uint32_t answers) const;

  /// What every user was told at last.
  std::map<std::uint32_t, Reply> answers();

  /// Answers that told somebody to come again.
  std::uint32_t refusals() const { return refusals_; }

 private:
  static constexpr std::uint32_t kClients = 8;

  void run(std::uint32_t number);
  /// Asks until there is an answer; nothing when a server hung up.
  std::optional<Reply> ask(std::uint16_t port, std::unique_ptr<HttpClient>& client,
                           std::uint32_t user);

  CrowdPlan plan_;
  std::mutex mutex_;
  std::map<std::uint32_t, Reply> answers_;
  std::atomic<std::uint32_t> answered_ = 0;
  std::atomic<std::uint32_t> refusals_ = 0;
  std::vector<std::thread> threads_;
};

/// User → coupon, as the ledger of the event "rush" has it; each coupon and each user once.
std::map<std::int64_t, std::string> issued(std::uint16_t port);

/// Everybody who was told of a coupon has it, and nobody else has one.
void expect_told(const std::map<std::uint32_t, Reply>& answers,
                 const std::map<std::int64_t, std::string>& ledger);

}  // namespace fairrush::server_test
