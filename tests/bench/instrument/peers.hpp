#pragma once

#include <string>
#include <vector>

#include "tests/bench/support/turns.hpp"
#include "tests/bench/support/web_server.hpp"

namespace fairrush::bench {

/// A script for wrk that makes every request a POST of its own and reads the answer: what a rush
/// needs of a load tester.
extern const std::string kDifferentPosts;

/// What the kernel alone takes for as many requests (`bare_ring`). "per_cpu_s" is requests a
/// CPU-second of the client.
Figures play_bare_ring(const WebServer& server, int connections, long requests);

/// Our own worker; `orders` as rush_client takes them, but for the port.
Figures play_rush(const WebServer& server, std::vector<std::string> orders);

}  // namespace fairrush::bench
