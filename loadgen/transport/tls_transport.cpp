#include "loadgen/transport/tls_transport.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::array<unsigned char, 3> kHttp2{2, 'h', '2'};

std::string last_error() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  if (code == 0) return "for a reason that was not given";
  ERR_error_string_n(code, text.data(), text.size());
  ERR_clear_error();
  return text.data();
}

bool is_address(const std::string& host) {
  error_code unread;
  boost::asio::ip::make_address(host, unread);
  return !unread;
}

}  // namespace

std::expected<std::shared_ptr<TlsContext>, std::string> TlsContext::create(
    const TlsSettings& settings) {
  std::shared_ptr<TlsContext> made(new TlsContext(SSL_CTX_new(TLS_client_method()), settings));
  SSL_CTX* const context = made->get();
  if (context == nullptr) return std::unexpected("OpenSSL: " + last_error());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Buffers of a connection that waits are given back.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  if (settings.http2) SSL_CTX_set_alpn_protos(context, kHttp2.data(), kHttp2.size());
  if (settings.insecure) return made;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const int loaded =
      settings.ca_file ? SSL_CTX_load_verify_locations(context, settings.ca_file->c_str(), nullptr)
                       : SSL_CTX_set_default_verify_paths(context);
  if (loaded == 1) return made;
  return std::unexpected(
      fmt::format("'{}' is not accepted: expected a file of certificates (PEM): {}",
                  settings.ca_file.value_or("the machine's authorities"), last_error()));
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

void expect_host(SSL* session, const std::string& server_name) {
  if (is_address(server_name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), server_name.c_str());
  } else {
    SSL_set_tlsext_host_name(session, server_name.c_str());
    SSL_set1_host(session, server_name.c_str());
  }
}

/// One connection's TLS: bytes from below are decrypted, bytes from above encrypted.
class TlsTransport::Secured final : public SocketUser {
 public:
  explicit Secured(TlsTransport& owner, std::uint32_t place) : owner_(owner), place_(place) {}
  ~Secured() { SSL_free(ssl_); }

  SocketId id() const { return {.slot = place_, .generation = generation_}; }
  bool is_used() const { return user_ != nullptr; }
  SocketId below() const { return below_; }

  void open(SocketUser& user, const TcpEndpoint& peer) {
    user_ = &user;
    begin();
    below_ = owner_.below_->open(*this, peer);
  }
  bool send(std::string_view bytes);
  /// Forgets its user; the socket below is gone, or is being closed.
  void leave() {
    user_ = nullptr;
    ++generation_;
    SSL_free(std::exchange(ssl_, nullptr));
    secured_ = false;
    owner_.free_.push_back(place_);
  }

  void connected(error_code error) override;
  void received(std::string_view bytes, SteadyTime arrived) override;
  void not_sent(error_code error) override;
  void ended(error_code error) override;

 private:
  void begin();
  void shake_hands();
  bool flush();
  bool take_over();
  void read(SteadyTime arrived);
  void refuse(TransportError error);

  TlsTransport& owner_;
  std::uint32_t place_;
  std::uint32_t generation_ = 0;
  SocketUser* user_ = nullptr;
  SocketId below_;
  SSL* ssl_ = nullptr;
  bool secured_ = false;  // the handshake is done
};

void TlsTransport::Secured::begin() {
  ERR_clear_error();
  ssl_ = SSL_new(owner_.context_->get());
  FAIRRUSH_ASSERT(ssl_ != nullptr);
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
  expect_host(ssl_, owner_.server_name_);
}

void TlsTransport::Secured::connected(error_code error) {
  if (error) {
    SocketUser* const user = user_;
    leave();
    user->connected(error);
    return;
  }
  shake_hands();
}

/// Brings what OpenSSL has to say to the peer; false when the socket did not take it.
bool TlsTransport::Secured::flush() {
  char* data = nullptr;
  BIO* const out = SSL_get_wbio(ssl_);
  const long size = BIO_get_mem_data(out, &data);
  if (size <= 0) return true;
  const bool taken =
      owner_.below_->send(below_, std::string_view(data, static_cast<std::size_t>(size)));
  BIO_reset(out);
  return taken;
}

void TlsTransport::Secured::refuse(TransportError error) {
  SocketUser* const user = user_;
  owner_.below_->close(below_);
  leave();
  user->connected(make_error_code(error));
}

void TlsTransport::Secured::shake_hands() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  const bool taken = flush();
  if (done != 1) {
    const bool waits = SSL_get_error(ssl_, done) == SSL_ERROR_WANT_READ;
    if (waits && taken) return;
    constexpr int kNoProtocol = SSL_AD_REASON_OFFSET + SSL_AD_NO_APPLICATION_PROTOCOL;
    const bool no_protocol = ERR_GET_REASON(ERR_peek_error()) == kNoProtocol;
    refuse(no_protocol ? TransportError::no_http2 : TransportError::tls_failed);
    return;
  }
  if (owner_.context_->settings().http2 && !take_over()) {
    refuse(TransportError::no_http2);
    return;
  }
  secured_ = true;
  user_->connected({});
}

/// Whether the peer agreed to speak HTTP/2.
bool TlsTransport::Secured::take_over() {
  const unsigned char* protocol = nullptr;
  unsigned length = 0;
  SSL_get0_alpn_selected(ssl_, &protocol, &length);
  return length == 2 && protocol[0] == 'h' && protocol[1] == '2';
}

bool TlsTransport::Secured::send(std::string_view bytes) {
  ERR_clear_error();
  const int written = SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()));
  // Memory takes everything; only a broken session does not.
  return written == static_cast<int>(bytes.size()) && flush();
}

void TlsTransport::Secured::received(std::string_view bytes, SteadyTime arrived) {
  BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  if (!secured_) {
    const std::uint32_t generation = generation_;
    shake_hands();
    // Bytes of the application may have come right behind the handshake.
    if (generation_ != generation || !secured_) return;
  }
  read(arrived);
}

void TlsTransport::Secured::read(SteadyTime arrived) {
  const std::uint32_t generation = generation_;
  std::array<char, 16 * 1024> plain;
  for (;;) {
    ERR_clear_error();
    const int length = SSL_read(ssl_, plain.data(), static_cast<int>(plain.size()));
    if (length <= 0) {
      const int why = SSL_get_error(ssl_, length);
      const bool kept = why == SSL_ERROR_WANT_READ && flush();
      if (kept) return;
      SocketUser* const user = user_;
      owner_.below_->close(below_);
      leave();
      const bool said_goodbye = why == SSL_ERROR_ZERO_RETURN;
      user->ended(said_goodbye ? error_code(boost::asio::error::eof)
                               : make_error_code(TransportError::tls_failed));
      return;
    }
    user_->received({plain.data(), static_cast<std::size_t>(length)}, arrived);
    if (generation_ != generation) return;
  }
}

void TlsTransport::Secured::not_sent(error_code error) {
  SocketUser* const user = user_;
  const bool was_secured = secured_;
  leave();
  if (was_secured) {
    user->not_sent(error);
  } else {
    user->connected(error);
  }
}

void TlsTransport::Secured::ended(error_code error) {
  SocketUser* const user = user_;
  const bool was_secured = secured_;
  leave();
  if (was_secured) {
    user->ended(error);
  } else {
    user->connected(make_error_code(TransportError::tls_failed));
  }
}

TlsTransport::TlsTransport(std::unique_ptr<Transport> below, std::shared_ptr<TlsContext> context,
                           std::string server_name)
    : below_(std::move(below)),
      context_(std::move(context)),
      server_name_(std::move(server_name)) {}

/// The sockets below end first: they know those here.
TlsTransport::~TlsTransport() {
  below_.reset();
}

TlsTransport::Secured* TlsTransport::find(SocketId socket) {
  Secured& secured = sockets_[socket.slot];
  return secured.is_used() && secured.id() == socket ? &secured : nullptr;
}

SocketId TlsTransport::open(SocketUser& user, const TcpEndpoint& peer) {
  if (free_.empty()) {
    const auto place = static_cast<std::uint32_t>(sockets_.size());
    sockets_.emplace_back(*this, place);
    free_.push_back(place);
  }
  Secured& secured = sockets_[free_.back()];
  free_.pop_back();
  secured.open(user, peer);
  return secured.id();
}

bool TlsTransport::send(SocketId socket, std::string_view bytes) {
  Secured* const secured = find(socket);
  FAIRRUSH_ASSERT(secured != nullptr);
  return secured->send(bytes);
}

bool TlsTransport::is_stale(SocketId socket) {
  Secured* const secured = find(socket);
  return secured == nullptr || below_->is_stale(secured->below());
}

void TlsTransport::close(SocketId socket) {
  Secured* const secured = find(socket);
  if (secured == nullptr) return;
  below_->close(secured->below());
  secured->leave();
}

void TlsTransport::run(Driver& driver) {
  below_->run(driver);
}

}  // namespace fairrush::loadgen
