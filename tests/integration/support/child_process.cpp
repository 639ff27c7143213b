#include "tests/integration/support/child_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace fairrush::integration {
namespace {

constexpr int kPatienceMs = 120'000;  // RabbitMQ on a machine that builds meanwhile

/// The account to change to; null when there is nothing to change.
const passwd* account_of(const std::string& user) {
  return user.empty() || geteuid() != 0 ? nullptr : getpwnam(user.c_str());
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> arguments, const std::string& user) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const passwd* const account = account_of(user);
  std::array<int, 2> pipe{};
  EXPECT_EQ(pipe2(pipe.data(), O_CLOEXEC), 0);
  process_ = fork();
  if (process_ == 0) {
    if (account != nullptr && (setgroups(0, nullptr) != 0 || setgid(account->pw_gid) != 0 ||
                               setuid(account->pw_uid) != 0)) {
      _exit(126);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // after setuid, which clears it
    std::signal(SIGINT, SIG_DFL);  // a shell that runs tests in the background has it ignored
    dup2(pipe[1], STDOUT_FILENO);
    dup2(pipe[1], STDERR_FILENO);
    execv(pointers.front(), pointers.data());
    _exit(127);
  }
  close(pipe[1]);
  pipe_ = pipe[0];
}

ChildProcess::~ChildProcess() {
  if (process_ > 0) {
    kill(process_, SIGINT);  // a fast shutdown, to PostgreSQL as to Redis
    kill(process_, SIGCONT);
    waitpid(process_, nullptr, 0);
  }
  close(pipe_);
}

bool ChildProcess::read_some() {
  pollfd ready{pipe_, POLLIN, 0};
  if (poll(&ready, 1, kPatienceMs) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t bytes = read(pipe_, buffer.data(), buffer.size());
  if (bytes > 0) said_.append(buffer.data(), static_cast<std::size_t>(bytes));
  return bytes > 0;
}

bool ChildProcess::wait_for(const std::string& text) {
  while (said_.find(text) == std::string::npos) {
    if (!read_some()) return false;
  }
  return true;
}

void ChildProcess::signal(int number) const {
  EXPECT_EQ(::kill(process_, number), 0);
}

int ChildProcess::wait() {
  while (read_some()) {
  }
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

ServerDirectory::ServerDirectory(const std::string& user) {
  std::string name = testing::TempDir() + "fairrush-server-XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
  if (const passwd* const account = account_of(user); account != nullptr) {
    EXPECT_EQ(chown(path_.c_str(), account->pw_uid, account->pw_gid), 0);
  }
}

ServerDirectory::~ServerDirectory() {
  std::filesystem::remove_all(path_);
}

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  socklen_t length = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);
  close(listener);
  return ntohs(address.sin_port);
}

}  // namespace fairrush::integration
