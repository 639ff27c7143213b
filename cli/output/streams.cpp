#include "cli/output/streams.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace fairrush::cli {

void prepare_streams() {
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // Opened the other way round, so that using it fails as on the closed one.
    const int taken = ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (taken != stream) ::close(taken);
  }
}

void tell(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

ExitCode flush_output() {
  const bool flushed = std::fflush(stdout) == 0;
  const int cause = errno;
  if (flushed && std::ferror(stdout) == 0) return ExitCode::pass;
  tell(fmt::format("fairrush: standard output cannot be written{}\n",
                   flushed ? std::string() : fmt::format(": {}", std::strerror(cause))));
  return ExitCode::usage;
}

}  // namespace fairrush::cli
