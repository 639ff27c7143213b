#pragma once

#include <stop_token>
#include <thread>

namespace fairrush::cli {

/// Turns the first SIGINT, SIGTERM or SIGHUP into a stop request and the second into an immediate
/// exit with code 4. Make it before any other thread: they inherit the blocked signals.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait_for_signals();

  std::stop_source source_;
  std::thread thread_;
};

}  // namespace fairrush::cli
