#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace fairrush::loadgen {

using boost::system::error_code;
using TcpEndpoint = boost::asio::ip::tcp::endpoint;

/// What can go wrong above TCP.
enum class TransportError : std::uint8_t {
  tls_failed = 1,  ///< no handshake, a certificate that is not believed, or a broken record
  no_http2 = 2,    ///< the peer does not speak HTTP/2, or breaks its rules
  no_source = 3,   ///< the source address is none of this machine's
};
error_code make_error_code(TransportError error);

/// A socket of a transport. The generation tells it from an earlier one in the same slot.
struct SocketId {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;

  bool operator==(const SocketId&) const = default;
};

/// Hears what becomes of one socket. Called on the transport's thread and never after `close`, nor
/// from within `open`, `send` or `close`.
class SocketUser {
 public:
  SocketUser() = default;
  SocketUser(const SocketUser&) = delete;
  SocketUser& operator=(const SocketUser&) = delete;

  /// Once after `open`. After an error the socket is gone.
  virtual void connected(error_code error) = 0;

  /// `bytes` are valid during the call; `arrived` is when the kernel had them, or as near to it as
  /// the transport knows.
  virtual void received(std::string_view bytes, SteadyTime arrived) = 0;

  /// Of the bytes that were still to be sent not one was taken. The socket is gone.
  virtual void not_sent(error_code error) = 0;

  /// The peer has closed (`eof`) or the connection broke. The socket is gone.
  virtual void ended(error_code error) = 0;

 protected:
  ~SocketUser() = default;
};

/// When a driver is to be called again.
struct NextTick {
  SteadyTime at{};
  /// What comes in before is handled as it comes, or soon after; else it may wait for the tick,
  /// since the transport knows when it arrived.
  bool react = true;
  /// Of how many sockets an answer can come; what the driver does not know is 0.
  unsigned awaited = 0;
};

/// Whoever decides what goes over the sockets. On the transport's thread.
class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  /// Does what is due. Unset: everything is over. Called after everything that came in, too.
  virtual std::optional<NextTick> tick() = 0;

 protected:
  ~Driver() = default;
};

/// TCP for one thread: opens sockets, writes, tells what came. It exists twice, over Asio and over
/// io_uring, because the second answers more requests for the same CPU time but not every machine
/// allows it.
///
/// Everything but construction is called on the thread that calls `run`, from within `run`.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Begins to connect to `peer`. `user` hears of it and outlives the socket.
  virtual SocketId open(SocketUser& user, const TcpEndpoint& peer) = 0;

  /// Writes `bytes`, which are copied, behind those of earlier calls. What the kernel does not take
  /// at once follows as it drains. False: the kernel refused, nothing was sent.
  virtual bool send(SocketId socket, std::string_view bytes) = 0;

  /// Whether the peer has left a socket that nobody asked anything.
  virtual bool is_stale(SocketId socket) = 0;

  /// Ends a socket. Bytes that were not taken yet are lost.
  virtual void close(SocketId socket) = 0;

  /// Calls `driver` and the users until the driver says that it is over, then ends what is open.
  /// What they throw passes through.
  virtual void run(Driver& driver) = 0;
};

enum class TransportKind : std::uint8_t { asio, io_uring };
std::string_view name_of(TransportKind kind);

class TlsContext;

struct TransportSpec {
  TransportKind kind = TransportKind::asio;
  const Clock& clock;                ///< outlives the transport
  std::uint32_t sockets_max = 1024;  ///< at once, those that are being closed included
  /// Local addresses that sockets are bound to in turn; empty: the kernel's choice.
  std::vector<boost::asio::ip::address> sources;
  std::shared_ptr<TlsContext> tls;  ///< null: in the clear
  std::string server_name;          ///< that certificates must be for
  /// Zero: HTTP/1.1. Else HTTP/2, and a socket of this transport is one of so many streams of a TCP
  /// connection.
  std::uint32_t streams = 0;
};

std::unique_ptr<Transport> make_transport(const TransportSpec& spec);

/// Why this machine does not let the io_uring transport work; unset: it does.
std::optional<std::string> io_uring_missing();

}  // namespace fairrush::loadgen
