#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "tests/integration/support/child_process.hpp"

namespace fairrush::integration {

/// A RabbitMQ of the test's own, with a port mapper of its own, whose data are gone with the
/// object. As light as it gets: one scheduler, no plugins. It takes some five seconds to start.
class RabbitmqServer {
 public:
  /// Whether there is a RabbitMQ on this machine, and an account it can run as.
  static bool is_installed();

  RabbitmqServer();
  RabbitmqServer(const RabbitmqServer&) = delete;
  RabbitmqServer& operator=(const RabbitmqServer&) = delete;
  ~RabbitmqServer();

  int port() const { return port_; }

  /// Ends it without a chance to write anything.
  void kill();
  /// Starts it again on the same port, with what it had written.
  void restart();
  /// It stands still until it is thawed.
  void freeze() { process_->signal(SIGSTOP); }
  void thaw() { process_->signal(SIGCONT); }

 private:
  bool start();

  ServerDirectory directory_;
  int port_ = 0;
  int mapper_port_ = 0;
  std::unique_ptr<ChildProcess> mapper_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fairrush::integration
