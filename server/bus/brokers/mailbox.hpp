#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/runtime/asio_types.hpp"

namespace fairrush::server {

/// Hands what other threads put in to the thread of an executor, many at a time and in order.
template <class T>
class Mailbox : public std::enable_shared_from_this<Mailbox<T>> {
 public:
  using Take = std::function<void(T item)>;

  static std::shared_ptr<Mailbox> make(Executor home, Take take) {
    return std::shared_ptr<Mailbox>(new Mailbox(home, std::move(take)));
  }

  /// Any thread.
  void put(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    if (items_.size() > 1) return;  // somebody is on the way
    asio::post(home_, [self = this->shared_from_this()] { self->hand_over(); });
  }

  /// Nothing is handed over from now on. On the thread of the executor.
  void close() { take_ = nullptr; }

 private:
  Mailbox(Executor home, Take take) : home_(home), take_(std::move(take)) {}

  void hand_over() {
    std::vector<T> items;
    {
      const std::scoped_lock lock(mutex_);
      items.swap(items_);
    }
    for (T& item : items) {
      if (take_) take_(std::move(item));
    }
  }

  Executor home_;
  Take take_;
  std::mutex mutex_;
  std::vector<T> items_;
};

/// Work for a thread that waits for a socket as well. Who puts work in bounds it.
template <class T>
class WorkQueue {
 public:
  WorkQueue() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;
  ~WorkQueue() { ::close(wake_); }

  /// Any thread.
  void put(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    if (items_.size() == 1) eventfd_write(wake_, 1);
  }

  /// Ends every wait from now on.
  void stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    eventfd_write(wake_, 1);
  }
  bool stopped() const {
    const std::scoped_lock lock(mutex_);
    return stopped_;
  }

  std::vector<T> take() {
    const std::scoped_lock lock(mutex_);
    eventfd_t none = 0;
    if (!stopped_) eventfd_read(wake_, &none);
    return std::exchange(items_, {});
  }

  /// Waits for work, a stop, or until `socket` can be read (none: −1), at most so long.
  void wait(int socket, std::chrono::milliseconds time) const {
    pollfd readable[2] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
    poll(readable, socket < 0 ? 1 : 2, static_cast<int>(time.count()));
  }

 private:
  int wake_;
  mutable std::mutex mutex_;
  std::vector<T> items_;
  bool stopped_ = false;
};

}  // namespace fairrush::server
