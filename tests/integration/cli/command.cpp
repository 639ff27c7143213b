#include "tests/integration/cli/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <iterator>

namespace fairrush::cli_test {
namespace {

/// Between fork and exec: only calls that are safe there.
[[noreturn]] void become_command(std::vector<char*>& arguments, int out, int err,
                                 const Surroundings& surroundings) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (surroundings.file_size_max) {
    const rlimit limit{*surroundings.file_size_max, *surroundings.file_size_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  if (surroundings.out) out = open(surroundings.out->c_str(), O_WRONLY | O_CLOEXEC);
  if (surroundings.err) err = open(surroundings.err->c_str(), O_WRONLY | O_CLOEXEC);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  execv(arguments.front(), arguments.data());
  _exit(127);
}

}  // namespace

Command::Command(std::vector<std::string> arguments, const Surroundings& surroundings) {
  arguments.insert(arguments.begin(), FAIRRUSH_BINARY);
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
  EXPECT_EQ(pipe2(err.data(), O_CLOEXEC), 0);
  process_ = fork();
  if (process_ == 0) become_command(pointers, out[1], err[1], surroundings);
  close(out[1]);
  close(err[1]);
  out_pipe_ = out[0];
  err_pipe_ = err[0];
}

Command::~Command() {
  if (process_ > 0) {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  if (out_pipe_ >= 0) close(out_pipe_);
  if (err_pipe_ >= 0) close(err_pipe_);
}

bool Command::read_some() {
  if (out_pipe_ < 0 && err_pipe_ < 0) return false;
  std::array<pollfd, 2> pipes{{{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}}};
  if (poll(pipes.data(), pipes.size(), -1) < 0) return false;
  const auto drain = [](const pollfd& ready, int& pipe, std::string& text) {
    if (ready.revents == 0) return;
    std::array<char, 4096> buffer{};
    const ssize_t bytes = read(pipe, buffer.data(), buffer.size());
    if (bytes > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(bytes));
    } else {
      close(pipe);
      pipe = -1;  // poll passes over it from now on
    }
  };
  drain(pipes[0], out_pipe_, end_.out);
  drain(pipes[1], err_pipe_, end_.err);
  return out_pipe_ >= 0 || err_pipe_ >= 0;
}

bool Command::wait_for(const std::string& text) {
  while (end_.err.find(text) == std::string::npos) {
    if (!read_some()) return false;
  }
  return true;
}

std::string Command::told_after(const std::string& text) {
  std::size_t begin = std::string::npos;
  std::size_t end = std::string::npos;
  do {
    begin = end_.err.find(text);
    end = begin == std::string::npos ? begin : end_.err.find('\n', begin);
  } while (end == std::string::npos && read_some());
  if (end == std::string::npos) return {};
  return end_.err.substr(begin + text.size(), end - begin - text.size());
}

void Command::send(int signal) const {
  kill(process_, signal);
}

std::vector<pid_t> Command::children() const {
  std::vector<pid_t> found;
  const std::filesystem::path tasks = fmt::format("/proc/{}/task", process_);
  for (const auto& task : std::filesystem::directory_iterator(tasks)) {
    std::ifstream list(task.path() / "children");
    found.insert(found.end(), std::istream_iterator<pid_t>(list), {});
  }
  return found;
}

CommandEnd Command::wait() {
  while (read_some()) {
  }
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = -1;
  if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
  return end_;
}

CommandEnd run_command(std::vector<std::string> arguments, const Surroundings& surroundings) {
  return Command(std::move(arguments), surroundings).wait();
}

WorkDirectory::WorkDirectory() {
  std::string name = testing::TempDir() + "fairrush-command-XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
}

WorkDirectory::~WorkDirectory() {
  std::filesystem::remove_all(path_);
}

std::string WorkDirectory::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path(name);
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace fairrush::cli_test
