#pragma once

#include <cstddef>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/runtime/asio_types.hpp"
#include "base/runtime/task_group.hpp"
#include "server/redis/command.hpp"
#include "server/redis/endpoint.hpp"
#include "server/redis/reply.hpp"

struct redisReader;

namespace fairrush::server {

/// How long a connection waits for what.
struct RedisPatience {
  Duration connect = std::chrono::seconds(2);
  Duration answer = std::chrono::seconds(2);        ///< of a command, from being handed over
  Duration retry = std::chrono::milliseconds(100);  ///< between attempts to connect
};

/// One connection to a Redis, which it opens again whenever it ends. Commands that are handed over
/// in one turn of the event loop leave in one write; answers come in the order of the commands. One
/// thread, that of the executor.
class RedisConnection {
 public:
  using Done = std::function<void(RedisResult result)>;

  /// Who is told that the connection stands or has ended.
  class Listener {
   public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    /// A Redis of that run (a new one whenever it is started) is ready for commands.
    virtual void connected(const std::string& run_id) = 0;
    virtual void disconnected(const std::string& why) = 0;
  };

  /// `clock` and `listener` outlive the connection. Nothing is opened before `open`.
  RedisConnection(Executor executor, const Clock& clock, RedisEndpoint endpoint, Listener& listener,
                  RedisPatience patience = {});
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;
  /// After `stop`.
  ~RedisConnection();

  void open();

  /// Ends the connection for good and all that waits for an answer.
  Task<void> stop();

  /// Calls `done` once: with the answer, or why there is none; from within this call only when
  /// there is no connection.
  void send(const RedisCommand& command, Done done);

  bool is_ready() const { return ready_; }
  /// Commands without an answer so far.
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Pending {
    Done done;
    SteadyTime due;
  };
  struct FreeReader {
    void operator()(redisReader* reader) const;
  };
  using Failure = std::string;
  template <class T>
  using Expected = std::expected<T, Failure>;

  Task<void> stay_connected();
  Task<void> write_commands();
  Task<void> watch_deadlines();

  /// Connects and greets.
  Task<Expected<void>> enter();
  Task<Expected<void>> connect();
  Task<Expected<RedisReply>> ask(const RedisCommand& command);
  /// Takes answers until the connection ends; why it did.
  Task<Failure> serve();
  /// The next whole answer among the bytes that came in; unset when there is none.
  Expected<std::optional<RedisReply>> next_answer();
  void answered(RedisReply reply);
  void give_up_late(SteadyTime now);
  void fail_pending(const Failure& why);

  Executor executor_;
  const Clock& clock_;
  RedisEndpoint endpoint_;
  Listener& listener_;
  RedisPatience patience_;
  TcpSocket socket_;
  Timer pause_;  ///< between attempts to connect
  Timer work_;   ///< expires never; cancelled when there is something to write
  Timer sweep_;
  std::unique_ptr<redisReader, FreeReader> reader_;
  std::deque<Pending> pending_;
  std::size_t given_up_ = 0;  ///< of the first in pending_: their answers are nobody's any more
  std::string run_id_;
  std::string next_;     ///< commands that wait for the write under way
  std::string leaving_;  ///< the write under way
  bool ready_ = false;
  bool stopping_ = false;
  TaskGroup tasks_;
};

}  // namespace fairrush::server
