#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/units.hpp"

namespace fairrush::cli {

/// Text that several clients get.
using SharedText = std::shared_ptr<const std::string>;

/// What one client has yet to be sent. One thread.
class EventQueue {
 public:
  /// More than a client in good health ever has: a whole story is some 100 KiB, a state 2 KiB.
  static constexpr ByteCount kBytesMax{1 << 20};

  /// False when the client is too far behind: nothing is queued, and it is to be dropped.
  [[nodiscard]] bool push(SharedText event) {
    if (bytes_ + event->size() > kBytesMax.bytes) return false;
    bytes_ += event->size();
    events_.push_back(std::move(event));
    return true;
  }

  bool empty() const { return events_.empty(); }

  /// The oldest; not to be called on an empty queue.
  SharedText take() {
    SharedText oldest = std::move(events_.front());
    events_.pop_front();
    bytes_ -= oldest->size();
    return oldest;
  }

 private:
  std::deque<SharedText> events_;
  std::size_t bytes_ = 0;
};

}  // namespace fairrush::cli
