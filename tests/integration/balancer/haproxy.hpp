#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "tests/integration/support/child_process.hpp"

namespace fairrush::integration {

/// A HAProxy of the test's own, with the configuration of deploy/haproxy, in front of three servers
/// of this machine.
class Haproxy {
 public:
  /// Whether there is a HAProxy on this machine.
  static bool is_installed();

  /// Starts it; `servers` are the three ports behind it.
  explicit Haproxy(std::span<const std::uint16_t> servers);

  std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  int port_ = free_port();
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fairrush::integration
