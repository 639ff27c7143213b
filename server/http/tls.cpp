#include "server/http/tls.hpp"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace fairrush::server {

namespace ssl = asio::ssl;

struct TlsIdentity::Context {
  ssl::context context{ssl::context::tls_server};
};

struct TlsStream::Impl {
  Impl(TcpSocket& socket, std::shared_ptr<void> keep, ssl::context& context)
      : context_alive(std::move(keep)), stream(socket, context) {}

  std::shared_ptr<void> context_alive;
  ssl::stream<TcpSocket&> stream;
};

TlsStream::TlsStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsStream::~TlsStream() = default;

Task<error_code> TlsStream::shake_hands() {
  const auto [error] = co_await impl_->stream.async_handshake(ssl::stream_base::server, kAwait);
  co_return error;
}

Task<TlsStream::Result> TlsStream::read_some(std::span<char> room) {
  co_return co_await impl_->stream.async_read_some(asio::buffer(room.data(), room.size()), kAwait);
}

Task<TlsStream::Result> TlsStream::write(std::string_view text) {
  co_return co_await asio::async_write(impl_->stream, asio::buffer(text), kAwait);
}

Task<void> TlsStream::shut_down() {
  co_await impl_->stream.async_shutdown(kAwait);
}

namespace {

std::expected<void, std::string> configure(ssl::context& context, const TlsOptions& options) {
  const auto failed = [](std::string_view what, const std::string& path, const error_code& error) {
    return std::unexpected(
        fmt::format("cannot use the TLS {} '{}': {}", what, path, error.message()));
  };
  const int version = options.version_min == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
  SSL_CTX_set_min_proto_version(context.native_handle(), version);
  // A renegotiation costs the server more than the client, and nobody needs one here.
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code error;
  context.use_certificate_chain_file(options.certificate, error);
  if (error) return failed("certificate", options.certificate, error);
  context.use_private_key_file(options.key, ssl::context::pem, error);
  if (error) return failed("key", options.key, error);
  return {};
}

}  // namespace

TlsIdentity::TlsIdentity(TlsOptions options, std::shared_ptr<Context> context)
    : options_(std::move(options)), context_(std::move(context)) {}
TlsIdentity::TlsIdentity(TlsIdentity&&) noexcept = default;
TlsIdentity& TlsIdentity::operator=(TlsIdentity&&) noexcept = default;
TlsIdentity::~TlsIdentity() = default;

std::expected<TlsIdentity, std::string> TlsIdentity::load(TlsOptions options) {
  TlsIdentity identity(std::move(options), nullptr);
  if (auto loaded = identity.reload(); !loaded) return std::unexpected(loaded.error());
  return identity;
}

std::expected<void, std::string> TlsIdentity::reload() {
  auto context = std::make_shared<Context>();
  if (auto configured = configure(context->context, options_); !configured) return configured;
  context_ = std::move(context);
  return {};
}

std::unique_ptr<TlsStream> TlsIdentity::open(TcpSocket& socket) const {
  return std::unique_ptr<TlsStream>(
      new TlsStream(std::make_unique<TlsStream::Impl>(socket, context_, context_->context)));
}

}  // namespace fairrush::server
