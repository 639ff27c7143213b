#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "base/runtime/asio_types.hpp"

namespace fairrush::server {

enum class TlsVersion : std::uint8_t { v1_2, v1_3 };

/// Where the server's certificate is; both paths empty: plain connections.
struct TlsOptions {
  std::string certificate;  ///< PEM, the server's own first, then the chain
  std::string key;          ///< PEM, unencrypted
  TlsVersion version_min = TlsVersion::v1_2;

  bool wanted() const { return !certificate.empty() || !key.empty(); }
};

/// The encrypted side of one connection, over a socket that its owner keeps. One operation at a
/// time; cancelling the socket ends it.
class TlsStream {
 public:
  using Result = std::tuple<error_code, std::size_t>;

  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  Task<error_code> shake_hands();
  /// Reads what is there, at least one byte.
  Task<Result> read_some(std::span<char> room);
  /// Writes everything.
  Task<Result> write(std::string_view text);
  /// Says goodbye and waits for the peer's.
  Task<void> shut_down();

 private:
  friend class TlsIdentity;
  struct Impl;
  explicit TlsStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The certificate that new connections are shown. One thread.
class TlsIdentity {
 public:
  /// Reads the files; the error is one line that names the one at fault.
  static std::expected<TlsIdentity, std::string> load(TlsOptions options);

  TlsIdentity(TlsIdentity&&) noexcept;
  TlsIdentity& operator=(TlsIdentity&&) noexcept;
  ~TlsIdentity();

  /// Reads the files again, for connections to come; on an error the certificate in force stays.
  std::expected<void, std::string> reload();

  /// A stream over `socket`, which outlives it.
  std::unique_ptr<TlsStream> open(TcpSocket& socket) const;

 private:
  struct Context;
  TlsIdentity(TlsOptions options, std::shared_ptr<Context> context);
  TlsOptions options_;
  std::shared_ptr<Context> context_;  ///< shared with the connections that began under it
};

}  // namespace fairrush::server
