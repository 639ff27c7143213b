#pragma once

#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loadgen/transport/transport.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace fairrush::loadgen {

/// How servers are believed to be who they say.
struct TlsSettings {
  std::optional<std::string> ca_file;  ///< PEM; unset: the machine's authorities
  bool insecure = false;               ///< believes everybody, as with a self-signed certificate
  bool http2 = false;                  ///< insists on "h2" by ALPN
};

/// Keys, authorities and settings that connections share. Any thread.
class TlsContext {
 public:
  /// The error names the setting and what is wrong with it.
  static std::expected<std::shared_ptr<TlsContext>, std::string> create(
      const TlsSettings& settings);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  ssl_ctx_st* get() const { return context_; }
  const TlsSettings& settings() const { return settings_; }

 private:
  TlsContext(ssl_ctx_st* context, TlsSettings settings)
      : context_(context), settings_(std::move(settings)) {}

  ssl_ctx_st* context_;
  TlsSettings settings_;
};

/// Tells the peer of `session` which host is meant, by SNI, and takes no certificate for another;
/// `server_name` is a host name or an address.
void expect_host(ssl_st* session, const std::string& server_name);

/// TLS over another transport, by OpenSSL without I/O of its own. A socket is connected when its
/// handshake is done; `TransportError::tls_failed` says that it was not.
class TlsTransport final : public Transport {
 public:
  /// `server_name` is as `expect_host` takes it.
  TlsTransport(std::unique_ptr<Transport> below, std::shared_ptr<TlsContext> context,
               std::string server_name);
  ~TlsTransport() override;

  SocketId open(SocketUser& user, const TcpEndpoint& peer) override;
  bool send(SocketId socket, std::string_view bytes) override;
  bool is_stale(SocketId socket) override;
  void close(SocketId socket) override;
  void run(Driver& driver) override;

 private:
  class Secured;

  Secured* find(SocketId socket);
  void release(Secured& secured);

  std::unique_ptr<Transport> below_;
  std::shared_ptr<TlsContext> context_;
  std::string server_name_;
  std::deque<Secured> sockets_;
  std::vector<std::uint32_t> free_;
};

}  // namespace fairrush::loadgen
