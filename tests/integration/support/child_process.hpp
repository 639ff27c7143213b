#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fairrush::integration {

/// A program of the test's own, stopped by its own process id and gone with the object.
class ChildProcess {
 public:
  /// `user`, when not empty and when the test runs as root, is whom the program runs as.
  ChildProcess(std::vector<std::string> arguments, const std::string& user);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  /// Reads what the program says until it contains `text`; false when the program ends first or
  /// says nothing for two minutes.
  bool wait_for(const std::string& text);

  void signal(int number) const;

  /// Waits for its end; the exit code, −1 when a signal ended it.
  int wait();

  const std::string& said() const { return said_; }

 private:
  bool read_some();

  pid_t process_ = -1;
  int pipe_ = -1;
  std::string said_;
};

/// A directory of the test's own, gone with it; belongs to `user` as above.
class ServerDirectory {
 public:
  explicit ServerDirectory(const std::string& user);
  ServerDirectory(const ServerDirectory&) = delete;
  ServerDirectory& operator=(const ServerDirectory&) = delete;
  ~ServerDirectory();

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A port on which nobody listened a moment ago.
int free_port();

}  // namespace fairrush::integration
