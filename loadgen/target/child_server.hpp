#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/units.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/target/http_call.hpp"
#include "loadgen/target/waiting.hpp"

namespace fairrush::loadgen {

/// How a built-in target is started.
struct ChildServerSpec {
  std::filesystem::path binary;
  std::filesystem::path directory;  ///< its ledger and its log go here
  BuiltinTarget target;
  std::string admin_token;
  std::optional<std::string> jwt_secret;
  Duration stop_timeout = std::chrono::seconds(5);  ///< from SIGTERM to SIGKILL
  Waiting waiting = wait_in_silence;                ///< heard while it starts and ends
};

/// What a process has used so far.
struct ProcessUse {
  double cpu_seconds = 0;  ///< user + system
  std::uint64_t memory_peak_bytes = 0;
};

/// A `fairrush-server` of our own as a child process: it ends with this object, and with this
/// process should that die first. The thread that started it must live as long as it.
class ChildServer {
 public:
  /// Starts the server on a free port and waits until it listens. The error says why it does not,
  /// with the end of its log.
  static std::expected<std::unique_ptr<ChildServer>, std::string> start(
      const ChildServerSpec& spec);
  ChildServer(const ChildServer&) = delete;
  ChildServer& operator=(const ChildServer&) = delete;
  /// Stops it.
  ~ChildServer();

  const TargetAddress& address() const { return address_; }

  /// What the process has used; the last known figures once it has ended.
  ProcessUse use();

  /// How the server ended, when it did and was not stopped: "the built-in server was killed by
  /// SIGSEGV".
  std::optional<std::string> ending();

  /// Where the server of a run writes what it has to say.
  static std::filesystem::path log_of(const std::filesystem::path& directory);

  /// Asks the server to drain and end; kills it when it does not in time, or when waiting is to
  /// end.
  void stop();

  static constexpr Duration kStartTimeout = std::chrono::seconds(10);

 private:
  ChildServer(pid_t process, int output, const ChildServerSpec& spec)
      : process_(process),
        output_(output),
        stop_timeout_(spec.stop_timeout),
        waiting_(spec.waiting) {}

  std::expected<void, std::string> wait_until_it_listens();
  bool ended_within(Duration time);
  bool has_ended();

  pid_t process_;
  int output_;  // the read end of its standard output
  Duration stop_timeout_;
  Waiting waiting_;
  bool ended_ = false;
  int status_ = 0;  // once it has ended, as wait(2) gives it
  TargetAddress address_;
  ProcessUse use_;
};

}  // namespace fairrush::loadgen
