#include "tests/bench/support/processes.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace fairrush::bench {

Pinned::Pinned(const std::vector<std::string>& arguments, int core) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  std::vector<char*> words;
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.data()));
  words.push_back(nullptr);
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("no process");
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (core != kAnyCore) {
      cpu_set_t cores;
      CPU_ZERO(&cores);
      CPU_SET(static_cast<unsigned>(core), &cores);
      sched_setaffinity(0, sizeof cores, &cores);
    }
    rlimit descriptors{};
    getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    setrlimit(RLIMIT_NOFILE, &descriptors);
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(words.front(), words.data());
    _exit(127);
  }
  close(ends[1]);
  output_ = ends[0];
}

Pinned::~Pinned() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  if (output_ >= 0) close(output_);
}

Ran Pinned::wait() {
  Ran ran;
  std::array<char, 4096> part{};
  for (ssize_t got = 0; (got = read(output_, part.data(), part.size())) > 0;) {
    ran.output.append(part.data(), static_cast<std::size_t>(got));
  }
  int status = 0;
  rusage use{};
  wait4(std::exchange(process_, -1), &status, 0, &use);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  ran.cpu_seconds = seconds(use.ru_utime) + seconds(use.ru_stime);
  ran.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return ran;
}

Used used_by(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // the name may hold anything
  constexpr int kUserTicks = 12, kSystemTicks = 13, kResidentPages = 22;  // behind the name
  Used used;
  std::string field;
  for (int place = 1; fields >> field; ++place) {
    const double number = std::strtod(field.c_str(), nullptr);
    if (place == kUserTicks || place == kSystemTicks) {
      used.cpu_seconds += number / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
    if (place == kResidentPages) {
      used.resident_bytes = number * static_cast<double>(sysconf(_SC_PAGESIZE));
    }
  }
  return used;
}

}  // namespace fairrush::bench
