#pragma once

#include <optional>
#include <string>

#include "base/options.hpp"
#include "server/api/app.hpp"
#include "server/http/listener.hpp"
#include "server/log.hpp"
#include "server/redis/endpoint.hpp"

namespace fairrush::server {

/// Everything a server is started with.
struct ServerOptions {
  ListenAddress listen;
  std::optional<RedisEndpoint> redis;  ///< where events are decided; unset: in the server's memory
  std::string ledger_path = "fairrush-ledger.sqlite";  ///< ":memory:" keeps nothing
  AppOptions app;
  RequestLimits limits;
  SessionTimeouts timeouts;
  Duration drain_timeout = std::chrono::seconds(10);
  LogLevel log_level = LogLevel::info;
};

/// The one list of the server's options, writing to `options`, which must outlive the table.
OptionTable server_option_table(ServerOptions& options);

}  // namespace fairrush::server
