#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/descriptor.hpp"
#include "tests/integration/server/server_child.hpp"
#include "tests/integration/support/postgres_server.hpp"
#include "tests/integration/support/rabbitmq_server.hpp"
#include "tests/integration/support/redis_server.hpp"

namespace fairrush::design_matrix {

/// What is prepared before a rush, so that it can be struck.
struct Setup {
  std::string ack = "durable";
  std::vector<std::string> redis_options = {"--appendonly", "no"};
  bool over_rabbitmq = false;
  bool disk_can_fill = false;
  bool clock_can_step =
      false;  ///< the server's alone, and simulated: libfaketime gives it the time
};

/// A server with its store and its bus, in processes of its own. The server's port outlives it:
/// clients that come while nobody serves wait.
class World {
 public:
  /// Starts everything. The store is empty.
  World(const std::string& design, const std::string& store, const Setup& setup);

  /// Why this cannot be played here; nothing where it can.
  static std::optional<std::string> missing(const std::string& store, const Setup& setup);

  std::string url() const;

  /// Returns when somebody has won, or after a few seconds: the rush is under way.
  void await_first_win() const;
  /// Whether the server becomes ready, or stops being it, within half a minute.
  bool becomes_ready() const { return readiness_becomes(200); }
  bool becomes_unready() const { return readiness_becomes(503); }

  // what strikes are made of

  void kill_server();
  void start_server();
  /// Nothing can be written any more, neither over what is there.
  void fill_disk() const;
  /// The server's wall clock jumps; steady time goes on.
  void step_clock(int seconds) const;
  integration::RedisServer& redis() { return *redis_; }
  static integration::PostgresServer& postgres();
  static integration::RabbitmqServer& rabbitmq();

  /// Asks the server to end and waits for it; the exit code.
  int stop_server();
  /// What all its processes have used that have ended.
  double server_cpu_seconds() const { return cpu_seconds_; }

 private:
  bool readiness_becomes(unsigned status) const;
  std::string store_address();

  Setup setup_;
  std::string design_;
  std::string store_;
  server_test::TestDirectory directory_;
  std::unique_ptr<integration::RedisServer> redis_;
  std::string store_address_;
  std::string bus_;
  Descriptor socket_;
  std::unique_ptr<server_test::ServerChild> server_;
  double cpu_seconds_ = 0;
};

}  // namespace fairrush::design_matrix
