#pragma once

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "server/http/listener.hpp"
#include "server/metrics/overload_metrics.hpp"
#include "server/metrics/process_metrics.hpp"
#include "server/metrics/store_metrics.hpp"
#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {

inline std::filesystem::path in_repository(const std::string& file) {
  return std::filesystem::path(FAIRRUSH_SOURCE_DIR) / file;
}

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// The names of everything that a running server exports.
inline std::set<std::string> exported_metrics() {
  World world;
  asio::io_context io(1);
  const ManualClock clock;
  SessionContext sessions(world.app(), clock, RequestLimits{}, {});
  const Listener listener(TcpAcceptor(io.get_executor()), sessions);
  add_process_metrics(world.app().metrics());
  add_overload_metrics(world.app().metrics(), world.guarded());
  const StoreMetrics store(world.app().metrics(), clock, "redis");
  const auto call = world.get("/livez");
  world.app().answered(*call, Duration(1));  // a server that nobody has asked has no such count
  const auto names = world.app().metrics().names();
  return {names.begin(), names.end()};
}

}  // namespace fairrush::server
