#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/runtime/task_group.hpp"
#include "server/http/session.hpp"

namespace fairrush::server {

/// Where to listen.
struct ListenAddress {
  std::string host = "127.0.0.1";  ///< a numeric IPv4 or IPv6 address
  std::uint16_t port = 8080;       ///< zero: the kernel picks one
};

/// A bound, listening socket; the error is one line that names the address.
std::expected<TcpAcceptor, std::string> listen_on(Executor executor, const ListenAddress& address);

/// A socket that whoever started this process listens on for it (systemd's LISTEN_FDS protocol):
/// connections that come while one server ends and the next begins wait in it. `pid` and `count`
/// are the values of LISTEN_PID and LISTEN_FDS, null where unset; unset when they mean another.
std::optional<int> inherited_listener(const char* pid, const char* count);

/// Takes that socket over; the error is one line.
std::expected<TcpAcceptor, std::string> adopt_listener(Executor executor, int descriptor);

/// Accepts connections and owns their sessions and the one timer that sweeps deadlines. One thread.
class Listener {
 public:
  /// `context` must outlive the listener.
  Listener(TcpAcceptor acceptor, SessionContext& context);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Starts accepting.
  void start();

  /// "http://127.0.0.1:8080".
  std::string url() const;

  /// Stops accepting and resumes once no connection is left, at the latest after `timeout`: then
  /// whatever is still open is cut off. True when nothing had to be.
  Task<bool> drain(Duration timeout);

  /// Ends the sweep timer; after `drain`. Resumes when no task of the listener runs any more.
  Task<void> stop();

  std::size_t connections() const { return sessions_.size(); }

 private:
  Task<void> accept_connections();
  Task<void> serve(TcpSocket socket);
  Task<void> sweep();
  void expire_deadlines();
  void renew_date();

  TcpAcceptor acceptor_;
  SessionContext& context_;
  Timer sweep_timer_;
  std::unordered_set<Session*> sessions_;
  Counter& accepted_;
  Histogram& lateness_;
  bool stopping_ = false;
  TaskGroup tasks_;  // last: its tasks use everything above
};

}  // namespace fairrush::server
