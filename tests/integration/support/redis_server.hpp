#pragma once

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/support/child_process.hpp"

namespace fairrush::integration {

/// A Redis of the test's own, on a port of its own, whose data are gone with the object.
class RedisServer {
 public:
  /// Whether there is a Redis on this machine.
  static bool is_installed();

  /// Starts it; `options` are further words of its command line, `--appendonly yes` for example.
  explicit RedisServer(std::vector<std::string> options = {});

  int port() const { return port_; }
  /// "redis://127.0.0.1:PORT".
  std::string url() const;

  /// Ends it without a chance to write anything.
  void kill();
  /// Starts it again on the same port, with what it had written.
  void restart();
  /// It stands still, as a machine that swaps does, until it is thawed.
  void freeze() { process_->signal(SIGSTOP); }
  void thaw() { process_->signal(SIGCONT); }

 private:
  bool start();

  ServerDirectory directory_{""};
  std::vector<std::string> options_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fairrush::integration
