#pragma once

#include <atomic>
#include <thread>

namespace fairrush::server {

/// Stands between a client and a PostgreSQL and passes on everything, until it is told to steal:
/// then the next COMMIT reaches the database and takes effect, and its answer, with the connection,
/// is gone. One connection at a time.
class CommitThief {
 public:
  explicit CommitThief(int postgres_port);
  CommitThief(const CommitThief&) = delete;
  CommitThief& operator=(const CommitThief&) = delete;
  ~CommitThief();

  int port() const { return port_; }
  void steal_next() { armed_ = true; }
  /// Whether an answer was stolen.
  bool has_stolen() const { return stolen_; }

 private:
  void run();
  void pass_on(int client, int server);

  int listener_ = -1;
  int postgres_port_;
  int port_ = 0;
  std::atomic<bool> armed_ = false;
  std::atomic<bool> stolen_ = false;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace fairrush::server
