#include "cli/interruption.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>

#include "cli/output/streams.hpp"
#include "cli/subcommand.hpp"

namespace fairrush::cli {
namespace {

/// Ends the waiting thread; nobody else sends it.
constexpr int kEnd = SIGUSR1;

sigset_t watched_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);  // a closed terminal
  sigaddset(&signals, kEnd);
  return signals;
}

}  // namespace

Interruption::Interruption() {
  const sigset_t signals = watched_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  thread_ = std::thread([this] { wait_for_signals(); });
}

Interruption::~Interruption() {
  pthread_kill(thread_.native_handle(), kEnd);
  thread_.join();
}

void Interruption::wait_for_signals() {
  const sigset_t signals = watched_signals();
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal == kEnd) return;
    if (source_.stop_requested()) {
      tell("\nleft at once; the run directory holds what was recorded until now\n");
      _exit(static_cast<int>(ExitCode::interrupted));
    }
    source_.request_stop();
    tell("\nstopping; what was recorded is kept (again to exit at once)\n");
  }
}

}  // namespace fairrush::cli
