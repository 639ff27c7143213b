#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/bus/audit_log.hpp"
#include "server/bus/bus.hpp"
#include "server/bus/event_directory.hpp"
#include "server/bus/outbox.hpp"

namespace fairrush::server {

/// Puts something in front of a bus, which outlives it.
using BusFilter = std::function<std::unique_ptr<Bus>(Bus& bus)>;

/// How facts reach those who want to hear of them.
struct MessagingParts {
  const Clock& clock;
  BusFilter filter = {};  ///< between the outbox and the bus; empty: nothing
  bool audits = true;     ///< whether the audit consumer hears in this process
  /// Makes further consumers, and the bus for all of them; empty: none, and the bus of the process.
  std::function<std::unique_ptr<BusConsumer>(const EventDirectory& events)> make_consumer = {};
  std::function<std::unique_ptr<Bus>(std::vector<BusConsumer*> consumers,
                                     const EventDirectory& events)>
      make_bus = {};
};

/// The way of a fact to those who want to hear of it: outbox → bus → consumers, put together. One
/// thread.
class Messaging {
 public:
  /// `queue`, and what `parts` refers to, outlive this.
  Messaging(CommitQueue& queue, const MessagingParts& parts);
  Messaging(const Messaging&) = delete;
  Messaging& operator=(const Messaging&) = delete;

  /// An event begins, or begins anew: then everything of it so far is dropped. A service says so of
  /// every event as soon as it knows it, or nothing of the event goes over a broker.
  void begin(const EventCreated& event);

  /// An event as others may have begun it: begins unless it is known in this life.
  void see(const EventCreated& event);

  /// Whether the audit consumer hears in this process.
  bool audits() const { return audits_; }
  /// Of so many coupons of an event, those that the audit consumer has not heard of. Unset when it
  /// does not hear in this process.
  std::optional<std::uint64_t> unheard(EventId event, std::uint64_t issued) const;
  /// Why messages do not get through at present; unset when they do.
  std::optional<std::string> missing() const { return bus_->missing(); }
  /// Messages that the bus holds for a consumer of this process; unset while it is not known.
  std::optional<std::uint64_t> unread() const { return bus_->unread(); }
  BusCounts bus_counts() const { return bus_->counts(); }

 private:
  bool audits_;
  EventDirectory events_;
  std::unique_ptr<BusConsumer> consumer_;

 public:
  AuditLog audit;

 private:
  std::unique_ptr<Bus> bus_;
  std::unique_ptr<Bus> filter_;  ///< null: none

 public:
  Outbox outbox;
};

}  // namespace fairrush::server
