#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/runtime/io_thread.hpp"
#include "base/runtime/task_group.hpp"

namespace fairrush::loadgen {

/// What a scripted target does once it has read a request.
struct Reaction {
  enum class Then {
    keep,   ///< waits for the next request
    close,  ///< ends the connection in good order
    reset,  ///< ends it with RST
    stall,  ///< says nothing more and waits until the other side leaves
    drip,   ///< says the same again and again until the other side leaves
  };
  std::string bytes;
  Then then = Then::keep;
};

/// An HTTP answer with a JSON body; `fields` are further header lines, each ended by CRLF.
std::string http_answer(unsigned status, std::string_view body, std::string_view fields = "");

/// A TCP server in this process, on a free port of the loopback, that answers by a script.
class ScriptedTarget {
 public:
  /// Called on the target's thread with the head of each request.
  using Script = std::function<Reaction(std::string_view request)>;

  explicit ScriptedTarget(Script script);
  ScriptedTarget(const ScriptedTarget&) = delete;
  ScriptedTarget& operator=(const ScriptedTarget&) = delete;
  ~ScriptedTarget();

  std::uint16_t port() const { return endpoint_.port(); }
  asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

  /// The heads of all requests so far.
  std::vector<std::string> requests() const;
  /// Addresses that connections came from.
  std::set<std::string> peers() const;
  /// Connections accepted so far.
  unsigned connections() const { return connections_; }
  /// Runs `action` on the target's thread when the request number `count` has come in.
  void when_requested(std::size_t count, std::function<void()> action);

 private:
  Task<void> accept();
  Task<void> serve(TcpSocket socket);
  void note_peer(const TcpSocket& socket);
  Reaction react(const std::string& request);

  Script script_;
  IoThread thread_;
  TcpAcceptor acceptor_;
  asio::ip::tcp::endpoint endpoint_;
  std::atomic<unsigned> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::set<std::string> peers_;
  std::size_t awaited_ = 0;
  std::function<void()> action_;
  std::optional<TaskGroup> tasks_;
};

/// A port on which nothing listens, kept from others as long as this lives.
class DeadPort {
 public:
  DeadPort();
  asio::ip::tcp::endpoint endpoint() const { return endpoint_; }

 private:
  asio::io_context context_;
  TcpSocket socket_;
  asio::ip::tcp::endpoint endpoint_;
};

/// A listener that takes no further connection: to connect hangs.
class FullListener {
 public:
  FullListener();
  asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

 private:
  asio::io_context context_;
  TcpAcceptor acceptor_;
  std::vector<TcpSocket> waiting_;
};

}  // namespace fairrush::loadgen
