#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/instrument/processes.hpp"

namespace fairrush::bench {

inline constexpr int kServerCore = 0;
inline constexpr int kClientCore = 1;

/// An nginx with one worker on the server's core, which tells everybody the same.
class WebServer {
 public:
  WebServer();
  ~WebServer();

  int port() const { return port_; }
  std::string url() const;
  /// Its worker, which may be frozen for a while.
  pid_t worker() const;

 private:
  std::filesystem::path directory_;
  int port_ = 0;
  std::unique_ptr<Pinned> process_;
};

/// Figures by name. "per_cpu_s" is requests a CPU-second of the client.
using Figures = std::map<std::string, double>;

struct WrkOrder {
  std::string program = "wrk";
  int connections = 64;
  int seconds = 3;
  double rate = 0;  ///< of wrk2; zero: as fast as it can
  bool different_posts =
      false;  ///< a script makes every request a POST of its own and reads the answer
};
Figures play_wrk(const WebServer& server, const WrkOrder& order);

/// What the kernel alone takes for as many requests (`bare_ring`).
Figures play_bare_ring(const WebServer& server, int connections, long requests);

/// Our own worker; `orders` as rush_client takes them, but for the port.
Figures play_rush(const WebServer& server, std::vector<std::string> orders);

}  // namespace fairrush::bench
