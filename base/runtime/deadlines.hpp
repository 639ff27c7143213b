#pragma once

#include <cstddef>
#include <optional>

#include "base/assert.hpp"
#include "base/clock.hpp"

namespace fairrush {

/// A hook that puts an object into a `Deadlines` queue. The object must leave the queue before it
/// is destroyed.
class DeadlineHook {
 public:
  DeadlineHook() = default;
  DeadlineHook(const DeadlineHook&) = delete;
  DeadlineHook& operator=(const DeadlineHook&) = delete;
  ~DeadlineHook() { FAIRRUSH_ASSERT(!armed()); }

  bool armed() const { return next_ != nullptr; }

 private:
  friend class Deadlines;
  DeadlineHook* previous_ = nullptr;
  DeadlineHook* next_ = nullptr;
  SteadyTime due_{};
};

/// Deadlines that all lie the same time ahead, so that arming appends and the earliest is first:
/// O(1) for all operations and one sweep timer per thread instead of one timer per request. Pure:
/// the owner asks at its own ticks. One thread.
class Deadlines {
 public:
  explicit Deadlines(Duration timeout) : timeout_(timeout) {
    head_.previous_ = head_.next_ = &head_;
  }
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;
  ~Deadlines() {
    FAIRRUSH_ASSERT(head_.next_ == &head_);
    head_.previous_ = head_.next_ = nullptr;
  }

  /// Starts the time-out of `hook` at `now`; arming again starts it anew.
  void arm(DeadlineHook& hook, SteadyTime now) {
    disarm(hook);
    hook.due_ = now + timeout_;
    hook.previous_ = head_.previous_;
    hook.next_ = &head_;
    head_.previous_->next_ = &hook;
    head_.previous_ = &hook;
  }

  /// Takes `hook` out; nothing happens when it is not armed.
  void disarm(DeadlineHook& hook) {
    if (!hook.armed()) return;
    hook.previous_->next_ = hook.next_;
    hook.next_->previous_ = hook.previous_;
    hook.previous_ = hook.next_ = nullptr;
  }

  /// Takes out and returns the earliest hook that is due, or nothing.
  DeadlineHook* take_expired(SteadyTime now) {
    DeadlineHook* first = head_.next_;
    if (first == &head_ || first->due_ > now) return nullptr;
    disarm(*first);
    return first;
  }

 private:
  Duration timeout_;
  DeadlineHook head_;
};

}  // namespace fairrush
