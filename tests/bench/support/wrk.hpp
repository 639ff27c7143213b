#pragma once

#include <string>

#include "tests/bench/support/turns.hpp"

namespace fairrush::bench {

struct WrkOrder {
  std::string program = "wrk";
  int connections = 64;
  int seconds = 3;          ///< at most, where a script stops by itself
  double rate = 0;          ///< of wrk2; zero: as fast as it can
  std::string script = {};  ///< Lua; empty: one GET again and again
};

/// wrk on the client's core against `url`. "requests", "rps", "cpu_s", "per_cpu_s" (requests a
/// CPU-second of wrk), "p50_us", "p99_us". Throws when it fails.
Figures play_wrk(const std::string& url, const WrkOrder& order);

}  // namespace fairrush::bench
