#pragma once

#include <boost/asio/ssl/stream.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/runtime/asio_types.hpp"
#include "base/units.hpp"
#include "loadgen/target/waiting.hpp"
#include "loadgen/transport/tls_transport.hpp"
#include "loadgen/wire/exchange.hpp"

namespace fairrush::loadgen {

/// Where a target listens.
struct TargetAddress {
  std::string host;
  std::uint16_t port = 80;
  bool secure = false;                        ///< https
  std::shared_ptr<TlsContext> tls = nullptr;  ///< of a secure one, once `believe` has said how
  std::string server_name = {};               ///< that its certificate must be for

  std::string authority() const;  ///< host:port, a v6 address in brackets
};

/// Says how a secure address is to be believed: its certificate must be for `server_name`, or for
/// its host when that is unset. An address in the clear stays as it is. The error is about
/// `settings`.
std::expected<void, std::string> believe(TargetAddress& address, const TlsSettings& settings,
                                         const std::optional<std::string>& server_name);

/// Reads "http://HOST[:PORT][/]", or https. The error says what is accepted.
std::expected<TargetAddress, std::string> parse_target_url(std::string_view url);

/// The first address that `address` resolves to; the error names host and cause.
std::expected<asio::ip::tcp::endpoint, std::string> resolve(const TargetAddress& address);

/// One request of the control plane.
struct HttpCall {
  std::string_view method = "GET";
  std::string path = {};
  std::string_view bearer = {};         ///< admin token; empty: none
  std::string body = {};                ///< JSON; empty: none
  std::string_view what = "an answer";  ///< that is asked for, in words
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
  std::vector<std::string> headers = {};  ///< the watched ones, in the order of their names
};

/// A request as its bytes.
struct RawCall {
  std::string_view bytes;
  bool repeatable = false;              ///< sending it a second time changes nothing
  std::string_view what = "an answer";  ///< that is asked for, in words
};

/// Blocking HTTP for what happens before and after a rush, over one kept connection. One thread.
class HttpCaller {
 public:
  /// `watched` are the names of headers that answers are to bring along.
  explicit HttpCaller(TargetAddress address, Waiting waiting = wait_in_silence,
                      std::vector<std::string> watched = {});

  /// Sends `call` and waits for the whole answer, at most `timeout` in all and as long as `waiting`
  /// agrees. Connects when needed, again when a kept connection has been closed meanwhile. The
  /// error names host, port and cause.
  std::expected<HttpAnswer, std::string> operator()(const HttpCall& call, Duration timeout);

  /// The same for a request that has been written already.
  std::expected<HttpAnswer, std::string> send(const RawCall& call, Duration timeout);

  const TargetAddress& address() const { return address_; }

 private:
  enum class Ran : std::uint8_t { done, out_of_time, broken_off };

  std::expected<void, std::string> connect();
  std::expected<HttpAnswer, std::string> exchange(std::string_view request);
  std::string request_of(const HttpCall& call) const;
  template <class Use>
  void on_stream(Use use);
  std::expected<void, std::string> shake_hands();
  Ran run();
  std::string unanswered(std::string_view missing, Ran ran);
  std::string failure(std::string_view cause);
  void close();

  TargetAddress address_;
  Waiting waiting_;
  Awaited awaited_;        // of the call under way
  SteadyTime asked_{};     // when `waiting_` last was
  bool given_up_ = false;  // no use trying the call again
  asio::io_context context_{1};
  TcpSocket socket_;
  std::optional<asio::ssl::context> tls_;
  std::optional<asio::ssl::stream<TcpSocket&>> secured_;  // on the socket, of a secure address
  Exchange exchange_;
};

}  // namespace fairrush::loadgen
