#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/support/child_process.hpp"

namespace fairrush::integration {

/// A PostgreSQL of the test's own, on a port of its own, whose data are gone with the object.
class PostgresServer {
 public:
  /// Whether there is a PostgreSQL on this machine.
  static bool is_installed();

  /// Starts it; `settings` are of the form "fsync=off".
  explicit PostgresServer(std::vector<std::string> settings = {});
  ~PostgresServer();

  int port() const { return port_; }
  /// "postgresql://postgres@127.0.0.1:PORT/DATABASE".
  std::string url(const std::string& database = "postgres") const;
  /// Makes an empty database; returns its name, which is new each time.
  std::string make_database();

  /// Runs SQL in a database; the first column of the first row, empty when there is none.
  std::string execute(const std::string& sql, const std::string& database = "postgres") const;

  /// Ends it, and every process of it, as a loss of power would.
  void kill();
  /// Starts it again on the same port, with what it had written.
  void restart();
  /// All its processes stand still until they are thawed.
  void freeze();
  void thaw();

 private:
  bool start();
  std::vector<pid_t> processes() const;
  void signal_all(int number) const;

  ServerDirectory directory_{"postgres"};
  std::vector<std::string> settings_;
  int port_ = 0;
  int databases_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fairrush::integration
