#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace fairrush::loadgen {

/// What one thread had had by a moment.
struct ThreadTimes {
  SteadyTime at{};
  Duration cpu{};                    ///< user + system
  std::optional<Duration> queued{};  ///< ready to run, but without a processor; unset: not known
};

/// Reads /proc/thread-self/schedstat's text: nanoseconds on a processor, nanoseconds ready without
/// one, time slices. Unset when it has another form.
std::optional<Duration> parse_queued(std::string_view schedstat);

/// Of the calling thread, where it is `now`. Takes some microseconds.
ThreadTimes thread_times(SteadyTime now);

/// Shares are of the thread's time, 0 … 1.
struct ThreadUse {
  double share_max = 0;                ///< CPU in the busiest second
  std::optional<double> queued_share;  ///< ready, but without a processor; unset: not known
};

/// Finds the busiest second of a thread from looks at what it had so far, which come in order and
/// should be closer than a second. A thread that lived for less is judged by all of its time.
/// One thread.
class ThreadMeter {
 public:
  void look(const ThreadTimes& now);

  /// The last look.
  void finish(const ThreadTimes& now);

  const ThreadUse& use() const { return use_; }

 private:
  void take_span(const ThreadTimes& now);

  std::optional<ThreadTimes> first_;
  ThreadTimes span_;   // where the second under way began
  bool full_ = false;  // a whole second has been seen
  ThreadUse use_;
};

}  // namespace fairrush::loadgen
