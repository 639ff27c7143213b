#include "base/runtime/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include "base/assert.hpp"

namespace fairrush {

TaskGroup::TaskGroup(Executor executor) : executor_(executor), idle_(executor) {
  idle_.expires_at(Timer::time_point::max());
}

TaskGroup::~TaskGroup() {
  FAIRRUSH_ASSERT(signals_.empty());
}

void TaskGroup::spawn(Task<void> task) {
  FAIRRUSH_ASSERT(!cancelled_);
  const auto signal = signals_.emplace(signals_.end());
  asio::co_spawn(
      executor_, std::move(task),
      asio::bind_cancellation_slot(signal->slot(), [this, signal](std::exception_ptr error) {
        finished(signal, std::move(error));
      }));
}

void TaskGroup::cancel() {
  cancelled_ = true;
  // A task may end inside emit() and remove its own signal: step on before emitting.
  for (auto signal = signals_.begin(); signal != signals_.end();) {
    const auto current = signal++;
    current->emit(asio::cancellation_type::all);
  }
}

Task<void> TaskGroup::wait() {
  while (!signals_.empty()) co_await idle_.async_wait(kAwait);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void TaskGroup::finished(Signals::iterator signal, std::exception_ptr error) {
  signals_.erase(signal);
  if (error && !failure_) {
    failure_ = std::move(error);
    cancel();
  }
  idle_.cancel();
}

}  // namespace fairrush
