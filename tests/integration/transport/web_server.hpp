#pragma once

#include <filesystem>
#include <memory>

#include "base/runtime/asio_types.hpp"
#include "tests/integration/support/child_process.hpp"

namespace fairrush::integration {

/// An nginx of the test's own. It tells everybody the same: 201 with a token, and a coupon for
/// whoever claims.
class WebServer {
 public:
  WebServer();

  asio::ip::tcp::endpoint clear() const { return at(clear_port_); }         ///< HTTP/1.1
  asio::ip::tcp::endpoint clear_http2() const { return at(clear2_port_); }  ///< HTTP/2 at once
  asio::ip::tcp::endpoint tls() const { return at(tls_port_); }             ///< HTTP/1.1 over TLS
  asio::ip::tcp::endpoint tls_http2() const { return at(tls2_port_); }      ///< both over TLS

  /// Its certificate, for "localhost", which nobody but itself has signed.
  std::filesystem::path certificate() const { return directory_.path() / "certificate.pem"; }

 private:
  static asio::ip::tcp::endpoint at(int port);
  void write_configuration() const;

  ServerDirectory directory_{""};
  int clear_port_ = free_port();
  int clear2_port_ = free_port();
  int tls_port_ = free_port();
  int tls2_port_ = free_port();
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fairrush::integration
