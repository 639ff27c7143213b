#include "tests/bench/instrument/peers.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace fairrush::bench {
namespace {

std::filesystem::path scratch(const std::string& name) {
  return std::filesystem::temp_directory_path() / fmt::format("fairrush-{}-{}", name, getpid());
}

int free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

bool listens(int port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool connected =
      ::connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return connected;
}

constexpr std::string_view kConfiguration = R"nginx(daemon off;
worker_processes 1;
user root;
pid {0}/pid;
error_log {0}/errors;
worker_rlimit_nofile 19000;
events {{ worker_connections 18500; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  default_type application/json;
  server {{
    listen 127.0.0.1:{1} backlog=20000;
    location / {{ return 200 '{{"coupon":"C-0001","discount":20}}'; }}
    location = /api/v1/events/bench/reservations {{ return 201 '{{"ticket":1,"token":"T-0001"}}'; }}
  }}
}}
)nginx";

/// What a rush needs of a load tester: every request somebody else's, every answer read.
constexpr std::string_view kScript = R"lua(local user = 0
local wins = 0
local headers = {["Content-Type"] = "application/json"}
request = function()
  user = user + 1
  headers["X-User-ID"] = tostring(user)
  headers["Idempotency-Key"] = string.format("%016x", user * 2654435761)
  local body = '{"user":' .. user .. ',"token":"T-' .. user .. '"}'
  return wrk.format("POST", "/api/v1/events/bench/claims", headers, body)
end
response = function(status, headers, body)
  if status == 200 and string.match(body, '"coupon":"([^"]+)"') then wins = wins + 1 end
end
)lua";

/// "9.05us", "1.20ms" or "3.00s", in microseconds.
double microseconds(const std::string& text) {
  char* unit = nullptr;
  const double number = std::strtod(text.c_str(), &unit);
  const std::string_view name = unit;
  return name.starts_with("us") ? number : name.starts_with("ms") ? number * 1e3 : number * 1e6;
}

std::filesystem::path beside_this_program(std::string_view name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

}  // namespace

WebServer::WebServer() : directory_(scratch("nginx")), port_(free_port()) {
  std::filesystem::create_directories(directory_);
  std::ofstream(directory_ / "nginx.conf")
      << fmt::format(fmt::runtime(kConfiguration), directory_.string(), port_);
  process_ = std::make_unique<Pinned>(
      std::vector<std::string>{"/usr/sbin/nginx", "-p", directory_.string(), "-c",
                               (directory_ / "nginx.conf").string()},
      kServerCore);
  for (int tries = 0; !listens(port_); ++tries) {
    if (tries == 200) throw std::runtime_error("nginx does not start: is nginx-light installed?");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

WebServer::~WebServer() {
  process_.reset();
  std::filesystem::remove_all(directory_);
}

std::string WebServer::url() const {
  return fmt::format("http://127.0.0.1:{}/", port_);
}

pid_t WebServer::worker() const {
  std::ifstream children(fmt::format("/proc/{}/task/{}/children", process_->id(), process_->id()));
  pid_t worker = 0;
  children >> worker;
  return worker;
}

Figures play_wrk(const WebServer& server, const WrkOrder& order) {
  std::vector<std::string> words{order.program, "-t1", fmt::format("-c{}", order.connections),
                                 fmt::format("-d{}", order.seconds), "--latency"};
  const std::filesystem::path script = scratch("script.lua");
  if (order.different_posts) {
    std::ofstream(script) << kScript;
    words.insert(words.end(), {"-s", script.string()});
  }
  if (order.rate > 0) words.push_back(fmt::format("-R{}", order.rate));
  words.push_back(server.url());
  const Ran ran = Pinned(words, kClientCore).wait();
  std::filesystem::remove(script);
  Figures figures;
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    std::string first, second;
    parts >> first >> second;
    if (second == "requests") figures["requests"] = std::strtod(first.c_str(), nullptr);
    if (first == "50%" || first == "50.000%") figures["p50_us"] = microseconds(second);
    if (first == "99%" || first == "99.000%") figures["p99_us"] = microseconds(second);
  }
  if (!ran.succeeded || !figures.contains("requests")) {
    throw std::runtime_error(fmt::format("{}: {}", order.program, ran.output));
  }
  figures["cpu_s"] = ran.cpu_seconds;
  figures["per_cpu_s"] = figures["requests"] / ran.cpu_seconds;
  figures["rps"] = figures["requests"] / order.seconds;
  return figures;
}

Figures play_bare_ring(const WebServer& server, int connections, long requests) {
  const Ran ran = Pinned({beside_this_program("bare_ring").string(), std::to_string(server.port()),
                          std::to_string(connections), std::to_string(requests)},
                         kClientCore)
                      .wait();
  if (!ran.succeeded) throw std::runtime_error("bare_ring: " + ran.output);
  return {{"per_cpu_s", static_cast<double>(requests) / ran.cpu_seconds}};
}

Figures play_rush(const WebServer& server, std::vector<std::string> orders) {
  orders.insert(orders.begin(), beside_this_program("rush_client").string());
  orders.push_back(fmt::format("port={}", server.port()));
  const Ran ran = Pinned(orders, kClientCore).wait();
  Figures figures;
  std::istringstream lines(ran.output);
  for (std::string name; lines >> name;) lines >> figures[name];
  if (!ran.succeeded || !figures.contains("requests")) {
    throw std::runtime_error("rush_client: " + ran.output);
  }
  figures["per_cpu_s"] = figures["requests"] / figures["cpu_s"];
  figures["rps"] = figures["requests"] / figures["wall_s"];
  return figures;
}

}  // namespace fairrush::bench
