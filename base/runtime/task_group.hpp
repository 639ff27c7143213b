#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <list>

#include "base/runtime/asio_types.hpp"

namespace fairrush {

/// Owns the coroutines of a class: every spawn goes through it, so that a stop can ask each of them
/// to end and wait until all have.
///
/// Make it the last member of the class whose state the coroutines use: it is then destroyed first,
/// and its destructor asserts that nothing runs any more.
///
///     right: ~Session() after `co_await tasks_.stop();`
///     wrong: destroying the owner while a task still holds a reference into it
///
/// One thread: the executor's.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Starts `task`. An exception that leaves it is kept (the first one) and asks all others to
  /// stop; `wait` rethrows it. Not allowed after `cancel`.
  void spawn(Task<void> task);

  /// Asks every running task to stop: its pending operation completes with operation_aborted.
  void cancel();

  /// Resumes when no task runs; rethrows the first exception that left one.
  Task<void> wait();

  std::size_t size() const { return signals_.size(); }
  bool cancelled() const { return cancelled_; }

 private:
  using Signals = std::list<asio::cancellation_signal>;

  void finished(Signals::iterator signal, std::exception_ptr error);

  Executor executor_;
  Signals signals_;
  Timer idle_;  // expires never; cancelled whenever a task ends
  std::exception_ptr failure_;
  bool cancelled_ = false;
};

}  // namespace fairrush
