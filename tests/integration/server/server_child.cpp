#include "tests/integration/server/server_child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

namespace fairrush::server_test {
namespace {

std::vector<std::string> arguments_of(const ServerSpec& spec) {
  const bool is_url = spec.ledger.find("://") != std::string::npos;
  std::vector<std::string> arguments{
      FAIRRUSH_SERVER_BINARY, "--listen=" + spec.listen,
      "--ledger=" + (is_url ? "" : std::string("sqlite:")) + spec.ledger,
      std::string("--admin-token=") + kAdminToken};
  arguments.insert(arguments.end(), spec.options.begin(), spec.options.end());
  return arguments;
}

/// This process's environment with `more`, and room for what tells a server of its socket.
class Environment {
 public:
  explicit Environment(std::vector<std::string> more) : more_(std::move(more)) {
    for (char** entry = environ; *entry != nullptr; ++entry) entries_.push_back(*entry);
    for (std::string& entry : more_) entries_.push_back(entry.data());
    own_ = entries_.size();
    entries_.resize(own_ + 3);  // two of ours, and the null at the end
  }

  char** plain() { return with(nullptr); }

  /// Allocates nothing: for a process between fork and exec.
  char** with_socket() {
    pid_t rest = getpid();
    for (char* digit = pid_.data() + pid_.size() - 1; *digit == '0'; --digit) {
      *digit = static_cast<char>('0' + rest % 10);
      rest /= 10;
      if (rest == 0) {
        // The digits are at the end; LISTEN_PID knows no leading zeros.
        std::memmove(pid_.data() + kName, digit, std::strlen(digit) + 1);
        break;
      }
    }
    return with(pid_.data());
  }

 private:
  static constexpr std::size_t kName = std::string_view("LISTEN_PID=").size();

  char** with(char* pid) {
    entries_[own_] = pid == nullptr ? nullptr : count_.data();
    entries_[own_ + 1] = pid;
    return entries_.data();
  }

  std::vector<std::string> more_;
  std::vector<char*> entries_;
  std::string count_ = "LISTEN_FDS=1";
  std::string pid_ = "LISTEN_PID=0000000000";
  std::size_t own_ = 0;
};

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_server(std::vector<char*>& arguments, int output, int log,
                                const ServerSpec& spec, Environment& environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (spec.open_files_max) {
    const rlimit limit{*spec.open_files_max, *spec.open_files_max};
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (spec.file_size_max) {
    const rlimit limit{*spec.file_size_max, *spec.file_size_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);  // a write then fails as on a full disk
  }
  dup2(output, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (spec.socket) {
    dup2(*spec.socket, 3);
    fcntl(3, F_SETFD, 0);  // it may have been there already, to be closed
  }
  execve(arguments.front(), arguments.data(),
         spec.socket ? environment.with_socket() : environment.plain());
  _exit(127);
}

/// The port of the line "listening on http://127.0.0.1:PORT"; zero at the end of the stream.
std::uint16_t read_port(int input) {
  std::string line;
  char c = 0;
  while (read(input, &c, 1) == 1 && c != '\n') line.push_back(c);
  const std::size_t colon = line.rfind(':');
  if (!line.starts_with("listening on http://") || colon == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::stoul(line.substr(colon + 1)));
}

}  // namespace

ServerChild::ServerChild(const ServerSpec& spec) {
  std::vector<std::string> texts = arguments_of(spec);
  std::vector<char*> arguments;
  for (std::string& text : texts) arguments.push_back(text.data());
  arguments.push_back(nullptr);
  std::string log = testing::TempDir() + "fairrush-server-log-XXXXXX";
  const int log_file = mkostemp(log.data(), O_CLOEXEC);
  log_ = log;
  int output[2] = {-1, -1};
  EXPECT_EQ(pipe2(output, O_CLOEXEC), 0);
  Environment environment(spec.environment);
  process_ = fork();
  if (process_ == 0) become_server(arguments, output[1], log_file, spec, environment);
  close(output[1]);
  close(log_file);
  output_ = output[0];
  if (!spec.waits) await_port();
}

std::uint16_t ServerChild::await_port() {
  port_ = read_port(output_);
  close(std::exchange(output_, -1));
  return port_;
}

ServerChild::~ServerChild() {
  if (process_ > 0 && ended()) {
    const ServerExit exit = wait();
    ADD_FAILURE() << "a server ended and nobody had asked it to: status " << exit.status
                  << ", signal " << exit.signal << ", and said\n"
                  << exit.log;
  }
  if (process_ > 0) kill();
  if (output_ >= 0) close(output_);
}

bool ServerChild::ended() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == process_;
}

void ServerChild::send(int signal) const {
  ::kill(process_, signal);
}

void ServerChild::limit_file_size(std::uint64_t bytes) const {
  const rlimit limit{bytes, bytes};
  EXPECT_EQ(prlimit(process_, RLIMIT_FSIZE, &limit, nullptr), 0);
}

ServerExit ServerChild::wait() {
  int state = 0;
  rusage used{};
  EXPECT_EQ(wait4(process_, &state, 0, &used), process_);
  process_ = -1;
  ServerExit result;
  const auto seconds = [](timeval time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  result.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  if (WIFEXITED(state)) result.status = WEXITSTATUS(state);
  if (WIFSIGNALED(state)) result.signal = WTERMSIG(state);
  std::ostringstream text;
  text << std::ifstream(log_).rdbuf();
  result.log = text.str();
  std::filesystem::remove(log_);
  return result;
}

ServerExit ServerChild::kill() {
  send(SIGKILL);
  return wait();
}

TestDirectory::TestDirectory() {
  std::string pattern = testing::TempDir() + "fairrush-server-XXXXXX";
  path_ = mkdtemp(pattern.data());
}

TestDirectory::~TestDirectory() {
  std::filesystem::remove_all(path_);
}

}  // namespace fairrush::server_test
