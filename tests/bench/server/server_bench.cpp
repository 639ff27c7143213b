// The reference server beside its peers: prints one line a question, with the peers' figures of the
// same minutes and the goal (see support/questions.hpp).
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/server/redis_server.hpp"
#include "tests/bench/support/coupon_server.hpp"
#include "tests/bench/support/everybody.hpp"
#include "tests/bench/support/questions.hpp"
#include "tests/bench/support/turns.hpp"
#include "tests/bench/support/web_server.hpp"
#include "tests/bench/support/wrk.hpp"

namespace fairrush::bench {
namespace {

constexpr int kUsers = 300'000;
constexpr int kReserveSeconds = 8;
constexpr int kPatienceSeconds = kReserveSeconds - 1;
constexpr int kCoupons = kUsers / 5;

const std::string kReservations = "/api/v1/events/bench/reservations";
const std::string kClaims = "/api/v1/events/bench/claims";

/// What the processes of a server took for requests that it has answered.
Figures efficiency(double requests, const Used& before, const Used& after) {
  const double cpu = after.cpu_seconds - before.cpu_seconds;
  return {{"per_server_cpu_s", requests / cpu}};
}

/// Everybody reserves, over many connections, so that a batch of the ledger is a large one.
void reserve(CouponServer& server, const std::string& design) {
  server.open_event(design, kReserveSeconds);
  play_wrk(server.url(), everybody(kReservations, 1'000, kPatienceSeconds, kUsers));
  server.wait_for_rush();
  const std::uint64_t roster = server.event_number("roster");
  // wrk leaves when everybody had a turn, and does not wait for the last answers.
  if (roster + 1'000 < kUsers) throw std::runtime_error(fmt::format("only {} reserved", roster));
}

/// Everybody claims once, in the order of their reservations.
Figures play_coupons(const std::string& design, const std::vector<std::string>& options,
                     int connections) {
  CouponServer server(options);
  reserve(server, design);
  const Used before = server.used();
  const Figures played =
      play_wrk(server.url(), everybody(kClaims, connections, kPatienceSeconds, kUsers));
  const Figures figures = efficiency(played.at("requests"), before, server.used());
  if (server.event_number("issued") == 0) throw std::runtime_error("nobody won");
  return figures;
}

Figures play_constant(const WebServer& server, int connections) {
  const Used before = used_by(server.worker());
  const Figures played =
      play_wrk(server.url(), everybody(kClaims, connections, kPatienceSeconds, kUsers));
  return efficiency(played.at("requests"), before, used_by(server.worker()));
}

struct ClaimsOrder {
  std::string design;
  std::string ack;
  int connections = 64;
  double goal = 0;  ///< at least so many times nginx
};

Row claims(int turns_wanted, const WebServer& nginx, const ClaimsOrder& order) {
  Turns turns;
  turns.add("fairrush",
            [&] { return play_coupons(order.design, {"--ack", order.ack}, order.connections); });
  turns.add("nginx", [&] { return play_constant(nginx, order.connections); });
  turns.take(turns_wanted);
  const double ratio = turns.ratio("fairrush", "nginx", "per_server_cpu_s");
  const auto of = [&turns](const char* who) {
    return thousands(turns.of(who, "per_server_cpu_s"));
  };
  return {
      .question = fmt::format("claims a CPU-second of the server: {}, memory, {}, {} connections",
                              order.design, order.ack, order.connections),
      .figure = fmt::format("{} ({:.2f} × nginx)", of("fairrush"), ratio),
      .peers = fmt::format("nginx, a constant: {}", of("nginx")),
      .goal = fmt::format("≥ {:.2f} × nginx", order.goal),
      .held = ratio >= order.goal};
}

/// The same on both stores, one after the other, and what it took Redis; whoever counts requests a
/// second stops before everybody had a turn.
Figures play_store(const RedisServer* redis, const std::string& design, int seconds) {
  std::vector<std::string> options{"--ack", "decided"};
  if (redis != nullptr) options.insert(options.end(), {"--store", redis->url()});
  CouponServer server(options);
  reserve(server, design);
  const auto redis_cpu = [redis] { return redis == nullptr ? 0 : redis->used().cpu_seconds; };
  const double redis_before = redis_cpu();
  const Used before = server.used();
  const Figures played = play_wrk(server.url(), everybody(kClaims, 1'000, seconds, kUsers));
  const double requests = played.at("requests");
  Figures figures = efficiency(requests, before, server.used());
  figures["rps"] = played.at("rps");
  figures["per_redis_cpu_s"] = requests / (redis_cpu() - redis_before);
  if (server.event_number("issued") == 0) throw std::runtime_error("nobody won");
  return figures;
}

Row cost_of_redis(int turns_wanted, const std::string& design) {
  const RedisServer redis;
  Turns turns;
  turns.add("redis", [&] { return play_store(&redis, design, kPatienceSeconds); });
  turns.add("memory", [&] { return play_store(nullptr, design, kPatienceSeconds); });
  turns.take(turns_wanted);
  const double ratio = 1 / turns.ratio("redis", "memory", "per_server_cpu_s");
  return {
      .question = fmt::format("the server's CPU a claim on Redis: {}, decided", design),
      .figure = fmt::format("{:.2f} µs ({:.2f} × memory)",
                            1e6 / turns.of("redis", "per_server_cpu_s"), ratio),
      .peers = fmt::format("in memory: {:.2f} µs", 1e6 / turns.of("memory", "per_server_cpu_s")),
      .goal = "≤ 1.50 × memory",
      .held = ratio <= 1.5};
}

Row claims_of_redis(int turns_wanted, const std::string& design) {
  const RedisServer redis;
  Turns turns;
  turns.add("fairrush", [&] { return play_store(&redis, design, kPatienceSeconds); });
  turns.add("scripts", [&] { return redis.play_scripts(kUsers, kCoupons); });
  turns.take(turns_wanted);
  const double ratio = turns.ratio("fairrush", "scripts", "per_redis_cpu_s");
  const auto of = [&turns](const char* who) { return thousands(turns.of(who, "per_redis_cpu_s")); };
  return {.question = fmt::format("claims a CPU-second of Redis: {}, through HTTP", design),
          .figure = fmt::format("{} ({:.2f} × scripts)", of("fairrush"), ratio),
          .peers = fmt::format("one script call a claim, 64 in a pipeline: {}", of("scripts")),
          .goal = "≥ 1.50 × scripts",
          .held = ratio >= 1.5};
}

Row pace_of_redis(int turns_wanted, const std::string& design) {
  const RedisServer redis;
  Turns turns;
  turns.add("redis", [&] { return play_store(&redis, design, 1); });
  turns.add("memory", [&] { return play_store(nullptr, design, 1); });
  turns.take(turns_wanted);
  const double ratio = turns.ratio("redis", "memory", "rps");
  return {.question = fmt::format(
              "claims a second through HTTP on Redis, client, server and Redis on two cores: {}",
              design),
          .figure = fmt::format("{} ({:.2f} × memory)", thousands(turns.of("redis", "rps")), ratio),
          .peers = fmt::format("in memory: {}", thousands(turns.of("memory", "rps"))),
          .goal = "≥ 0.55 × memory",
          .held = ratio >= 0.55};
}

Row memory_of_users(int turns_wanted) {
  Turns turns;
  turns.add("fairrush", [] {
    CouponServer server({"--ack", "decided"});
    const Used empty = server.used();
    reserve(server, "sealed-draw");
    const auto roster = static_cast<double>(server.event_number("roster"));
    return Figures{{"users", roster},
                   {"bytes", (server.used().resident_bytes - empty.resident_bytes) / roster}};
  });
  turns.take(turns_wanted);
  const double bytes = turns.of("fairrush", "bytes");
  return {.question = fmt::format("memory a reserved user, {} users, sealed-draw",
                                  thousands(turns.of("fairrush", "users"))),
          .figure = fmt::format("{:.0f} B", bytes),
          .peers = "",
          .goal = "≤ 200 B",
          .held = bytes <= 200};
}

/// Connections of this process, which say nothing.
class IdleConnections {
 public:
  IdleConnections(int port, int count) {
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    for (int at = 0; at < count; ++at) {
      const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      address.sin_port = htons(static_cast<std::uint16_t>(port));
      if (::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
      }
      connections_.push_back(connection);
    }
  }
  ~IdleConnections() {
    for (const int connection : connections_) ::close(connection);
  }

  /// Sends one request on each and takes its answer.
  void speak() const {
    static constexpr std::string_view kRequest =
        "GET /livez HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n\r\n";
    std::vector<char> answer(4096);
    for (const int connection : connections_) {
      if (::send(connection, kRequest.data(), kRequest.size(), 0) < 0 ||
          ::recv(connection, answer.data(), answer.size(), 0) <= 0) {
        throw std::runtime_error("no answer on an idle connection");
      }
    }
  }

 private:
  std::vector<int> connections_;
};

Row memory_of_connections(int turns_wanted) {
  constexpr int kConnections = 15'000;
  Turns turns;
  turns.add("fairrush", [] {
    const CouponServer server({});
    const double empty = server.used().resident_bytes;
    const IdleConnections connections(server.port(), kConnections);
    connections.speak();
    return Figures{{"kib", (server.used().resident_bytes - empty) / kConnections / 1024}};
  });
  turns.take(turns_wanted);
  const double kib = turns.of("fairrush", "kib");
  return {.question = "memory an idle connection that has been used, 15,000 of them",
          .figure = fmt::format("{:.2f} KiB", kib),
          .peers = "",
          .goal = "≤ 8 KiB",
          .held = kib <= 8};
}

}  // namespace
}  // namespace fairrush::bench

int main(int count, char** words) {
  using namespace fairrush::bench;
  const WebServer nginx;
  const auto of_claims = [&nginx](const ClaimsOrder& order) {
    return [&nginx, order](int turns) { return claims(turns, nginx, order); };
  };
  return ask(
      {{"sealed-draw-decided", of_claims({"sealed-draw", "decided", 64, 1.05})},
       {"ticket-list-decided", of_claims({"ticket-list", "decided", 64, 1.05})},
       {"sealed-draw-durable", of_claims({"sealed-draw", "durable", 64, 0.5})},
       {"ticket-list-durable", of_claims({"ticket-list", "durable", 64, 0.5})},
       {"redis-cost-sealed-draw", [](int turns) { return cost_of_redis(turns, "sealed-draw"); }},
       {"redis-cost-ticket-list", [](int turns) { return cost_of_redis(turns, "ticket-list"); }},
       {"redis-claims-ticket-list",
        [](int turns) { return claims_of_redis(turns, "ticket-list"); }},
       {"redis-pace-ticket-list", [](int turns) { return pace_of_redis(turns, "ticket-list"); }},
       {"memory-users", memory_of_users},
       {"memory-connections", memory_of_connections}},
      {words + 1, words + count});
}
