#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "server/domain/bus_message.hpp"

namespace fairrush::server {

/// Hears every message at least once; the same message may come again.
using BusConsumer = std::function<void(const BusMessage& message)>;

/// A bus whose consumers live in this process: publishing calls them one after the other. One
/// thread.
class InProcessBus {
 public:
  /// Consumers come before the first message.
  void subscribe(BusConsumer consumer) { consumers_.push_back(std::move(consumer)); }

  void publish(const BusMessage& message) const {
    for (const BusConsumer& consumer : consumers_) consumer(message);
  }

 private:
  std::vector<BusConsumer> consumers_;
};

}  // namespace fairrush::server
