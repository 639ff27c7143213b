#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/options.hpp"
#include "server/api/app.hpp"
#include "server/http/listener.hpp"
#include "server/log.hpp"

namespace fairrush::server {

/// Where events are decided.
enum class Store : std::uint8_t { memory };

/// What one call of the program is to do besides serving.
struct CallOptions {
  std::optional<std::string> config;  ///< the file of options
  bool print_config = false;
  bool version = false;
  bool list_faults = false;
};

/// Everything a server is started with.
struct ServerOptions {
  CallOptions call;
  ListenAddress listen;
  Store store = Store::memory;
  std::string ledger_path = "fairrush-ledger.sqlite";  ///< ":memory:" keeps nothing
  Duration ledger_wait{};                              ///< for another server to let go of it
  AppOptions app;
  RequestLimits limits;
  SessionTimeouts timeouts;
  TlsOptions tls;
  Duration drain_timeout = std::chrono::seconds(10);
  LogLevel log_level = LogLevel::info;
};

/// The one list of the server's options, writing to `options`, which must outlive the table.
OptionTable server_option_table(ServerOptions& options);

/// What options contradict each other, or name files that are of no use.
std::vector<Problem> check_options(const ServerOptions& options);

}  // namespace fairrush::server
