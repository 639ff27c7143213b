#pragma once

#include <string>

#include "base/options.hpp"
#include "server/api/app.hpp"
#include "server/http/listener.hpp"
#include "server/log.hpp"
#include "server/overload/guarded_service.hpp"

namespace fairrush::server {

/// Where events are decided.
enum class Store : std::uint8_t { memory };

/// Everything a server is started with.
struct ServerOptions {
  ListenAddress listen;
  Store store = Store::memory;
  std::string ledger_path = "fairrush-ledger.sqlite";  ///< ":memory:" keeps nothing
  AppOptions app;
  OverloadLimits overload;
  Rate ledger_rate;  ///< records a second that the ledger is given at most; zero: any number
  RequestLimits limits;
  SessionTimeouts timeouts;
  Duration drain_timeout = std::chrono::seconds(10);
  LogLevel log_level = LogLevel::info;
};

/// The one list of the server's options, writing to `options`, which must outlive the table.
OptionTable server_option_table(ServerOptions& options);

}  // namespace fairrush::server
