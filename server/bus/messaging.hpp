#pragma once

#include "server/bus/audit_log.hpp"
#include "server/bus/in_process_bus.hpp"
#include "server/bus/outbox.hpp"

namespace fairrush::server {

/// The way of a fact to those who want to hear of it: outbox → bus → consumers, put together. One
/// thread.
class Messaging {
 public:
  /// `queue` outlives this.
  explicit Messaging(CommitQueue& queue)
      : audit(queue), outbox(queue, [this](const BusMessage& message) { bus_.publish(message); }) {
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
  InProcessBus bus_;

 public:
  AuditLog audit;
  Outbox outbox;
};

}  // namespace fairrush::server
