#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairrush::server_test {

inline constexpr const char* kAdminToken = "the-admin-token";

/// How to start a server.
struct ServerSpec {
  std::string ledger = ":memory:";        ///< a path of SQLite's, or a URL
  std::vector<std::string> options = {};  ///< besides address, ledger and admin token
  std::string listen = "127.0.0.1:0";
  std::optional<std::uint64_t> file_size_max = {};   ///< no file may grow beyond this many bytes
  std::optional<std::uint64_t> open_files_max = {};  ///< descriptors
  std::vector<std::string> environment = {};         ///< "NAME=value", besides this process's
  std::optional<int> socket = {};  ///< that it is to listen on, as a supervisor would pass it
  bool waits = false;              ///< for something: the constructor is not to wait for it
};

/// What a process left behind.
struct ServerExit {
  int status = -1;         ///< exit code; −1 when a signal ended it
  int signal = 0;          ///< that ended it; 0 when none did
  std::string log;         ///< everything on standard error
  double cpu_seconds = 0;  ///< user + system, from its start
};

/// A fairrush-server in a process of its own. Killed with the object if it still runs; if it does
/// not, and nobody waited for its end, that fails the test with what it said.
class ServerChild {
 public:
  /// Starts the server and waits until it listens or ends.
  explicit ServerChild(const ServerSpec& spec);
  ServerChild(const ServerChild&) = delete;
  ServerChild& operator=(const ServerChild&) = delete;
  ~ServerChild();

  /// Zero when it ended instead of listening, or while it `waits`.
  std::uint16_t port() const { return port_; }
  /// Waits until one that `waits` listens or ends; its port.
  std::uint16_t await_port();

  void send(int signal) const;
  /// From now on no file of it may grow beyond this many bytes. A process that was started with a
  /// limit finds that its writes fail; any other is ended by SIGXFSZ.
  void limit_file_size(std::uint64_t bytes) const;
  /// Waits for the end of the process.
  ServerExit wait();
  ServerExit kill();

 private:
  /// Whether the process has ended, waited for or not.
  bool ended() const;

  pid_t process_ = -1;
  std::uint16_t port_ = 0;
  int output_ = -1;
  std::filesystem::path log_;
};

/// A directory of the test's own; gone with it.
class TestDirectory {
 public:
  TestDirectory();
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory();

  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace fairrush::server_test
