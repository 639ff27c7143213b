#pragma once

#include <cstddef>
#include <map>
#include <unordered_set>
#include <vector>

#include "server/bus/bus.hpp"
#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// The consumer that keeps what it heard, every delivery in its order, so that an auditor sees
/// repetitions and gaps; a message is counted once by its id. What it heard is recorded like every
/// decision, and handled once that is durable. One thread.
class AuditLog final : public BusConsumer {
 public:
  /// `queue` outlives the log.
  explicit AuditLog(CommitQueue& queue) : queue_(queue) {}

  std::string_view name() const override { return "audit"; }
  bool accepts() const override { return queue_.accepts(); }
  void hear(const BusMessage& message, Handled handled) override;

  /// A delivery of a ledger that is replayed.
  void restore(const AuditHeard& record) { keep(record.message); }

  /// Forgets an event that starts anew.
  void forget(EventId event) { heard_.erase(event); }

  /// Deliveries of an event in the order heard.
  const std::vector<BusMessage>& deliveries(EventId event) const;
  /// Of how many different coupons it heard that they were issued.
  std::size_t coupons(EventId event) const;

 private:
  struct Heard {
    std::vector<BusMessage> deliveries;
    std::unordered_set<CouponCode> issued;
  };

  void keep(const BusMessage& message);
  const Heard& of(EventId event) const;

  CommitQueue& queue_;
  std::map<EventId, Heard> heard_;
};

}  // namespace fairrush::server
