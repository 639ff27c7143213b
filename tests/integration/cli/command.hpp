#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fairrush::cli_test {

/// How the command ended and all it said.
struct CommandEnd {
  int exit_code = -1;  ///< −1 when a signal ended it
  std::string out;
  std::string err;
};

/// What a process finds around it.
struct Surroundings {
  std::optional<std::uint64_t> file_size_max = {};  ///< beyond it writing fails, as on a full disk
  std::optional<std::string> out =
      {};  ///< standard output goes to this file, nothing is kept of it
  std::optional<std::string> err = {};  ///< likewise
};

/// The `fairrush` command in a process of its own. Killed with the object if it still runs.
class Command {
 public:
  explicit Command(std::vector<std::string> arguments, const Surroundings& surroundings = {});
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();

  /// Reads standard error until it contains `text`; false when it ends first.
  bool wait_for(const std::string& text);

  /// The rest of the first line that has `text` in it, on standard error; empty when there is none.
  std::string told_after(const std::string& text);

  void send(int signal) const;

  /// The processes it has started and that run now.
  std::vector<pid_t> children() const;

  CommandEnd wait();

 private:
  bool read_some();

  pid_t process_ = -1;
  int out_pipe_ = -1;
  int err_pipe_ = -1;
  CommandEnd end_;
};

/// Runs the command to its end.
CommandEnd run_command(std::vector<std::string> arguments, const Surroundings& surroundings = {});

/// A directory of the test's own; gone with it.
class WorkDirectory {
 public:
  WorkDirectory();
  WorkDirectory(const WorkDirectory&) = delete;
  WorkDirectory& operator=(const WorkDirectory&) = delete;
  ~WorkDirectory();

  std::string path(const std::string& name) const { return (path_ / name).string(); }
  /// Writes a file and gives its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

/// The whole file; empty when there is none.
std::string read_file(const std::filesystem::path& path);

}  // namespace fairrush::cli_test
