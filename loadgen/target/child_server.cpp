#include "loadgen/target/child_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>
#include <thread>
#include <vector>

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kListening = "listening on ";
constexpr Duration kPollEvery = std::chrono::milliseconds(5);

std::vector<std::string> arguments_of(const ChildServerSpec& spec) {
  std::vector<std::string> arguments{spec.binary.string(), "--listen=127.0.0.1:0",
                                     "--design=" + spec.target.design, "--ack=" + spec.target.ack};
  if (spec.target.fault != "none") arguments.push_back("--fault=" + spec.target.fault);
  return arguments;
}

/// Ours, and the secrets: on a command line they would be there for everybody to read.
std::vector<std::string> environment_of(const ChildServerSpec& spec) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("FAIRRUSH_")) variables.emplace_back(*variable);
  }
  const BuiltinTarget& target = spec.target;
  variables.push_back("FAIRRUSH_STORE=" + target.store);
  variables.push_back("FAIRRUSH_LEDGER=" +
                      (target.ledger == BuiltinTarget().ledger
                           ? fmt::format("sqlite:{}", (spec.directory / "ledger.db").string())
                           : target.ledger));
  if (target.bus != BuiltinTarget().bus) variables.push_back("FAIRRUSH_BUS=" + target.bus);
  variables.push_back("FAIRRUSH_ADMIN_TOKEN=" + spec.admin_token);
  if (spec.jwt_secret) variables.push_back("FAIRRUSH_JWT_SECRET=" + *spec.jwt_secret);
  return variables;
}

/// As exec wants it; valid as long as `texts`.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// Everything the child touches between fork and exec, prepared before: only calls that are safe
/// there may follow.
struct Launch {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  int output;
  int log;
  int null;
  pid_t parent;
};

[[noreturn]] void become_server(const Launch& launch) {
  // A signal for the instrument's terminal (Ctrl-C) is not meant for the server: the instrument
  // still wants its ledger.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != launch.parent) _exit(127);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) signal(number, SIG_DFL);
  dup2(launch.null, STDIN_FILENO);
  dup2(launch.output, STDOUT_FILENO);
  dup2(launch.log, STDERR_FILENO);
  execve(launch.arguments.front(), launch.arguments.data(), launch.environment.data());
  _exit(127);
}

std::string last_lines(const std::filesystem::path& log) {
  constexpr std::size_t kBytesMax = 300;
  std::ifstream file(log, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() > kBytesMax) text.erase(0, text.size() - kBytesMax);
  std::ranges::replace(text, '\n', ' ');
  return text.empty() ? std::string("its log is empty") : text;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t memory_peak_of(pid_t process) {
  const std::string status = text_of(fmt::format("/proc/{}/status", process));
  const std::size_t place = status.find("VmHWM:");
  if (place == std::string::npos) return 0;
  return std::strtoull(status.c_str() + place + std::strlen("VmHWM:"), nullptr, 10) * 1024;
}

double cpu_seconds_of(pid_t process) {
  const std::string stat = text_of(fmt::format("/proc/{}/stat", process));
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return 0;
  // Fields 14 and 15 of proc(5); the first one after the name is field 3.
  constexpr int kFieldsBetween = 11;
  const char* text = stat.c_str() + name_end + 2;
  for (int field = 0; field < kFieldsBetween; ++field) text = std::strchr(text, ' ') + 1;
  char* rest = nullptr;
  const auto user = std::strtoull(text, &rest, 10);
  const auto system = std::strtoull(rest, nullptr, 10);
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::expected<std::unique_ptr<ChildServer>, std::string> ChildServer::start(
    const ChildServerSpec& spec) {
  const std::filesystem::path log_path = log_of(spec.directory);
  std::vector<std::string> arguments = arguments_of(spec);
  std::vector<std::string> environment = environment_of(spec);
  Launch launch{.arguments = pointers_to(arguments),
                .environment = pointers_to(environment),
                .output = -1,
                .log = -1,
                .null = -1,
                .parent = getpid()};
  std::array<int, 2> output{-1, -1};
  launch.log = open(log_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  launch.null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool opened = launch.log >= 0 && launch.null >= 0 && pipe2(output.data(), O_CLOEXEC) == 0;
  launch.output = output[1];
  const pid_t process = opened ? fork() : -1;
  const int cause = errno;
  if (process == 0) become_server(launch);
  for (const int descriptor : {launch.log, launch.null, launch.output}) {
    if (descriptor >= 0) ::close(descriptor);
  }
  if (process < 0) {
    if (output[0] >= 0) ::close(output[0]);
    return std::unexpected(fmt::format("'{}' cannot be started (log in {}): {}",
                                       spec.binary.string(), log_path.string(),
                                       std::strerror(cause)));
  }
  std::unique_ptr<ChildServer> server(new ChildServer(process, output[0], spec));
  if (const auto listens = server->wait_until_it_listens(); !listens) {
    return std::unexpected(
        fmt::format("'{}' {}: {}", spec.binary.string(), listens.error(), last_lines(log_path)));
  }
  return server;
}

ChildServer::~ChildServer() {
  stop();
  ::close(output_);
}

std::expected<void, std::string> ChildServer::wait_until_it_listens() {
  const Awaited awaited = awaited_for(kStartTimeout, "the built-in server to listen");
  std::string line;
  while (!line.contains('\n')) {
    if (is_over(awaited)) {
      return std::unexpected(
          fmt::format("did not say that it listens within {}", format_duration(kStartTimeout)));
    }
    if (!waiting_(awaited)) return std::unexpected("was not waited for any longer");
    pollfd readable{.fd = output_, .events = POLLIN, .revents = 0};
    constexpr auto kAskEvery_ms = std::chrono::duration_cast<std::chrono::milliseconds>(kAskEvery);
    if (poll(&readable, 1, static_cast<int>(kAskEvery_ms.count())) <= 0) continue;
    std::array<char, 256> part;
    const ssize_t bytes = read(output_, part.data(), part.size());
    if (bytes <= 0) return std::unexpected("ended before it listened");
    line.append(part.data(), static_cast<std::size_t>(bytes));
  }
  line.resize(line.find('\n'));
  const auto address = line.starts_with(kListening)
                           ? parse_target_url(std::string_view(line).substr(kListening.size()))
                           : std::unexpected(std::string());
  if (!address) {
    return std::unexpected(
        fmt::format("said '{}' instead of '{}http://HOST:PORT'", line, kListening));
  }
  address_ = *address;
  return {};
}

std::filesystem::path ChildServer::log_of(const std::filesystem::path& directory) {
  return directory / "server.log";
}

ProcessUse ChildServer::use() {
  if (!ended_) {
    use_.cpu_seconds = std::max(use_.cpu_seconds, cpu_seconds_of(process_));
    use_.memory_peak_bytes = std::max(use_.memory_peak_bytes, memory_peak_of(process_));
  }
  return use_;
}

bool ChildServer::has_ended() {
  if (ended_) return true;
  rusage used{};
  const pid_t waited = wait4(process_, &status_, WNOHANG, &used);
  if (waited == process_) {
    const auto seconds = [](timeval value) {
      return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) * 1e-6;
    };
    use_.cpu_seconds = seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  ended_ = waited == process_ || (waited < 0 && errno != EINTR);
  return ended_;
}

std::optional<std::string> ChildServer::ending() {
  if (!has_ended()) return std::nullopt;
  if (!WIFSIGNALED(status_)) {
    return fmt::format("the built-in server ended with exit code {}", WEXITSTATUS(status_));
  }
  const int signal = WTERMSIG(status_);
  const char* const name = sigabbrev_np(signal);
  return fmt::format(
      "the built-in server was killed by {}{}",
      name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name),
      signal == SIGKILL ? ", perhaps by the kernel for want of memory" : "");
}

/// Whether it ends in `time`, and while waiting for it goes on.
bool ChildServer::ended_within(Duration time) {
  const Awaited awaited = awaited_for(time, "the built-in server to end");
  SteadyTime asked = awaited.since;
  while (!has_ended()) {
    const SteadyTime now = std::chrono::steady_clock::now();
    if (now >= awaited.until) return false;
    if (now - asked >= kAskEvery) {
      asked = now;
      if (!waiting_(awaited)) return false;
    }
    std::this_thread::sleep_for(kPollEvery);
  }
  return true;
}

void ChildServer::stop() {
  if (has_ended()) return;
  use();
  kill(process_, SIGTERM);
  if (ended_within(stop_timeout_)) return;
  kill(process_, SIGKILL);
  while (!has_ended()) std::this_thread::sleep_for(kPollEvery);
}

}  // namespace fairrush::loadgen
