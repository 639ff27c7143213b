#include "tests/integration/server/server_child.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

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

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_server(std::vector<char*>& arguments, int output, int log,
                                const ServerSpec& spec) {
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
  execv(arguments.front(), arguments.data());
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
  process_ = fork();
  if (process_ == 0) become_server(arguments, output[1], log_file, spec);
  close(output[1]);
  close(log_file);
  port_ = read_port(output[0]);
  close(output[0]);
}

ServerChild::~ServerChild() {
  if (process_ > 0) kill();
}

void ServerChild::send(int signal) const {
  ::kill(process_, signal);
}

ServerExit ServerChild::wait() {
  int state = 0;
  EXPECT_EQ(waitpid(process_, &state, 0), process_);
  process_ = -1;
  ServerExit result;
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
