#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/runtime/io_thread.hpp"
#include "base/runtime/task_group.hpp"
#include "cli/live/session.hpp"
#include "cli/live/story.hpp"

namespace fairrush::cli {

/// Shows runs under way to browsers and to Prometheus, over HTTP, on a thread of its own that gives
/// way to all others. What it is told it takes over at once and passes on later: no client, however
/// slow, many or hostile, holds up a caller.
class LiveServer final : LiveContent {
 public:
  /// Connections at once; more are turned away, so that a run keeps its descriptors.
  static constexpr std::size_t kSessionsMax = 32;
  /// For clients to get the last events when the server ends.
  static constexpr Duration kFarewell = std::chrono::seconds(1);

  /// Listens from now on; the error is one line that names the address.
  static std::expected<std::unique_ptr<LiveServer>, std::string> start(
      const asio::ip::tcp::endpoint& endpoint);
  LiveServer(const LiveServer&) = delete;
  LiveServer& operator=(const LiveServer&) = delete;
  /// Says farewell to all clients and waits for the thread.
  ~LiveServer();

  /// "http://127.0.0.1:8099/", with the port that was chosen.
  const std::string& url() const { return url_; }

  // Any thread.
  /// A run begins; one that was shown before is forgotten.
  void open(RunOpening opening);
  void show(loadgen::Progress progress);
  void note(std::string what);
  void end(RunEnding ending);

 private:
  explicit LiveServer(TcpAcceptor acceptor, std::unique_ptr<IoThread> thread);

  std::string page() const override;
  std::string metrics() const override;
  std::string events_so_far() const override;

  Task<void> accept_connections();
  Task<void> serve(TcpSocket socket);
  Task<void> sweep();
  Task<void> leave();
  void broadcast(std::string event);

  // All but the first two belong to the thread.
  std::unique_ptr<IoThread> thread_;
  std::string url_;
  TcpAcceptor acceptor_;
  Timer sweep_timer_;
  std::optional<RunStory> story_;
  std::unordered_set<LiveSession*> sessions_;
  bool leaving_ = false;
  TaskGroup tasks_;  // last: its tasks use everything above
};

}  // namespace fairrush::cli
