#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/options.hpp"
#include "server/api/app.hpp"
#include "server/bus/brokers/bus_shell.hpp"
#include "server/http/listener.hpp"
#include "server/log.hpp"
#include "server/overload/guarded_service.hpp"
#include "server/postgres/address.hpp"
#include "server/redis/endpoint.hpp"

namespace fairrush::server {

/// Where events are decided: in the server's memory, or where one of the two says.
struct StoreAddress {
  std::optional<RedisEndpoint> redis = {};
  std::optional<PostgresAddress> postgres = {};

  /// "memory", "redis" or "postgres", as designs name the stores that they run on.
  std::string_view kind() const;

  /// As the option has it, without secrets.
  std::string text() const;
};

/// Where the durable record is.
struct LedgerAddress {
  std::string path = "fairrush-ledger.sqlite";   ///< of SQLite; ":memory:" keeps nothing
  std::optional<PostgresAddress> postgres = {};  ///< instead of that

  /// As the option has it, without secrets.
  std::string text() const { return postgres ? postgres->shown : "sqlite:" + path; }
};

/// What one call of the program is to do besides serving.
struct CallOptions {
  std::optional<std::string> config;  ///< the file of options
  bool print_config = false;
  bool version = false;
  bool list_faults = false;
  bool list_designs = false;
};

/// Everything a server is started with.
struct ServerOptions {
  CallOptions call;
  ListenAddress listen;
  StoreAddress store;
  std::optional<std::string> design = {};  ///< of events that do not say; unset: the store's
  unsigned store_sessions = 4;
  LedgerAddress ledger;
  Duration ledger_patience = CommitQueue::kPatience;
  Duration ledger_wait{};  ///< for another server to let go of it
  AppOptions app;
  BusOptions bus;
  OverloadLimits overload;
  Rate ledger_rate;  ///< records a second that the ledger is given at most; zero: any number
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
