#pragma once

#include "server/bus/audit_log.hpp"
#include "server/bus/in_process_bus.hpp"
#include "server/bus/outbox.hpp"

namespace fairrush::server {

/// Puts something in front of what publishes.
using BusFilter = std::function<BusConsumer(BusConsumer publish)>;

/// The way of a fact to those who want to hear of it: outbox → bus → consumers, put together. One
/// thread.
class Messaging {
 public:
  /// `queue` outlives this. `filter` may put something between the outbox and the bus.
  explicit Messaging(CommitQueue& queue, const BusFilter& filter = {})
      : audit(queue), outbox(queue, filter ? filter(to_bus()) : to_bus()) {
    bus_.subscribe([this](const BusMessage& message) { audit.hear(message); });
  }
  Messaging(const Messaging&) = delete;
  Messaging& operator=(const Messaging&) = delete;

  /// Drops everything of an event that starts anew.
  void forget(EventId event) {
    outbox.forget(event);
    audit.forget(event);
  }

 private:
  BusConsumer to_bus() {
    return [this](const BusMessage& message) { bus_.publish(message); };
  }

  InProcessBus bus_;

 public:
  AuditLog audit;
  Outbox outbox;
};

}  // namespace fairrush::server
