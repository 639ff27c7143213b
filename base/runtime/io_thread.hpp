#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <exception>
#include <functional>
#include <string>
#include <thread>

#include "base/runtime/asio_types.hpp"

namespace fairrush {

/// A thread that runs one io_context. Everything that lives on the context is touched by this
/// thread only; other threads reach it with `post`.
///
/// Stop order of the owner: cancel the task groups on the thread (by `post`), then `join`: the
/// thread ends when the last task has ended. `io_context::stop` is never called.
class IoThread {
 public:
  /// `name` (at most 15 characters) is shown by top and gdb. The thread starts at once.
  explicit IoThread(const std::string& name);
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;
  /// Joins, like std::jthread; a task that never ends would hang here, visibly.
  ~IoThread();

  asio::io_context& context() { return context_; }
  Executor executor() { return context_.get_executor(); }

  /// Runs `work` on the thread. Any thread may call it.
  void post(std::function<void()> work);

  /// Lets the thread end once its context has no work left, and waits for that. Rethrows the
  /// exception that left a handler, if one did.
  void join();

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> guard_;
  std::exception_ptr failure_;
  std::thread thread_;
};

}  // namespace fairrush
