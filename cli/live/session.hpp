#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/runtime/asio_types.hpp"
#include "cli/live/event_queue.hpp"
#include "cli/live/request.hpp"

namespace fairrush::cli {

/// What the server shows, for its sessions to ask.
class LiveContent {
 public:
  LiveContent() = default;
  LiveContent(const LiveContent&) = delete;
  LiveContent& operator=(const LiveContent&) = delete;

  virtual std::string page() const = 0;
  virtual std::string metrics() const = 0;
  /// What a new listener gets first; empty while there is nothing to tell.
  virtual std::string events_so_far() const = 0;

 protected:
  ~LiveContent() = default;
};

/// One connection: a request, its answer, the end; or events until the end. Whatever the peer does
/// or leaves undone, the session is over within a bounded time of it. One thread.
class LiveSession {
 public:
  static constexpr Duration kRequestTimeout = std::chrono::seconds(5);
  /// For a peer to take what is sent.
  static constexpr Duration kWriteTimeout = std::chrono::seconds(10);
  /// For a peer to read a refusal before the connection goes.
  static constexpr Duration kLingerTimeout = std::chrono::seconds(1);

  /// `content` outlives the session.
  LiveSession(TcpSocket socket, const LiveContent& content);
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;

  Task<void> run();

  /// Whether it gets events.
  bool listens() const { return listens_; }
  /// Queues an event for a session that listens; one that is too far behind is dropped.
  void send(const SharedText& event);
  /// Ends the session: what is queued is sent, a request is waited for no longer.
  void finish();
  /// Ends the session at once.
  void drop();
  /// Looks whether the peer has had its time.
  void expire(SteadyTime now);

 private:
  Task<std::optional<Asked>> read_request();
  Task<void> write(std::string text);
  Task<void> stream();
  Task<void> linger();
  void allow(Duration timeout);

  TcpSocket socket_;
  const LiveContent& content_;
  EventQueue queue_;
  Timer wake_;  // expires never; cancelled when there is something to send or to end
  SteadyTime due_ = SteadyTime::max();
  bool listens_ = false;
  bool reading_ = false;
  bool late_ = false;       // the request did not come in time
  bool finishing_ = false;  // after what is queued
  bool gone_ = false;
};

}  // namespace fairrush::cli
