#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/runtime/io_thread.hpp"
#include "server/postgres/connection.hpp"

namespace fairrush::server {

/// How a pool reaches its database.
struct SessionPoolOptions {
  PostgresAddress address;
  std::string application;
  unsigned sessions = 4;
  Duration patience = std::chrono::seconds(5);  ///< how long work is tried again
};

/// A few sessions, each on a thread of its own. Work that is lost with its connection, or that
/// somebody else was in the way of, is done again; so it must be of a kind that may be done twice.
class SessionPool {
 public:
  using Work = std::function<void(pqxx::work& transaction)>;
  using Done = std::function<void(const PostgresResult<void>& result)>;

  /// `done` runs on `home`, as does everything else of this class.
  SessionPool(SessionPoolOptions options, Executor home);
  SessionPool(const SessionPool&) = delete;
  SessionPool& operator=(const SessionPool&) = delete;
  /// All work must be done; see `interrupt`.
  ~SessionPool();

  bool has_free() const { return !free_.empty(); }
  bool is_idle() const { return free_.size() == sessions_.size(); }

  /// Does `work` in one transaction of a free session (asserted) and calls `done` behind the
  /// commit, or with the error that is left when the patience is at its end.
  void run(Work work, Done done);

  /// Ends what is under way, with errors. Final.
  void interrupt();

 private:
  struct Session {
    explicit Session(const std::string& name) : thread(name) {}
    PostgresInterrupt interrupt;
    std::optional<PostgresConnection> connection;  ///< touched by the thread only
    IoThread thread;
  };

  PostgresResult<void> perform(Session& session, const Work& work) const;
  PostgresResult<void> perform_once(Session& session, const Work& work) const;

  SessionPoolOptions options_;
  Executor home_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<Session*> free_;
};

}  // namespace fairrush::server
