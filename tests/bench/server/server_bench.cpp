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

#include "tests/bench/server/coupon_server.hpp"
#include "tests/bench/support/questions.hpp"
#include "tests/bench/support/turns.hpp"
#include "tests/bench/support/web_server.hpp"
#include "tests/bench/support/wrk.hpp"

namespace fairrush::bench {
namespace {

constexpr int kUsers = 300'000;
constexpr int kReserveSeconds = 8;
constexpr int kPatienceSeconds = kReserveSeconds - 1;

/// wrk sends every request as another user, in order, until everybody had a turn; then it waits
/// until its time is over, so that its requests per second mean nothing.
WrkOrder everybody(const std::string& path, int connections) {
  static constexpr std::string_view kScript = R"lua(local user = 0
local headers = {{["Idempotency-Key"] = "k"}}
request = function()
  if user == {0} then wrk.thread:stop() end
  headers["X-User-ID"] = tostring(user)
  user = user + 1
  return wrk.format("POST", "{1}", headers)
end
)lua";
  return {.program = "wrk",
          .connections = connections,
          .seconds = kPatienceSeconds,
          .rate = 0,
          .script = fmt::format(kScript, kUsers, path)};
}

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
  play_wrk(server.url(), everybody(kReservations, 1'000));
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
  const Figures played = play_wrk(server.url(), everybody(kClaims, connections));
  const Figures figures = efficiency(played.at("requests"), before, server.used());
  if (server.event_number("issued") == 0) throw std::runtime_error("nobody won");
  return figures;
}

Figures play_constant(const WebServer& server, int connections) {
  const Used before = used_by(server.worker());
  const Figures played = play_wrk(server.url(), everybody(kClaims, connections));
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
  return ask({{"sealed-draw-decided", of_claims({"sealed-draw", "decided", 64, 1.05})},
              {"ticket-list-decided", of_claims({"ticket-list", "decided", 64, 1.05})},
              {"sealed-draw-durable", of_claims({"sealed-draw", "durable", 64, 0.5})},
              {"ticket-list-durable", of_claims({"ticket-list", "durable", 64, 0.5})},
              {"memory-users", memory_of_users},
              {"memory-connections", memory_of_connections}},
             {words + 1, words + count});
}
