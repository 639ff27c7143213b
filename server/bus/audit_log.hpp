#pragma once

#include <map>
#include <vector>

#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// The consumer that keeps what it heard, every delivery in its order, so that an auditor sees
/// repetitions and gaps; a message is counted once by its id. What it heard is recorded like every
/// decision. One thread.
class AuditLog {
 public:
  /// `queue` outlives the log.
  explicit AuditLog(CommitQueue& queue) : queue_(queue) {}
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  /// A delivery; only while the queue accepts records.
  void hear(const BusMessage& message);

  /// A delivery of a ledger that is replayed.
  void restore(const AuditHeard& record);

  /// Forgets an event that starts anew.
  void forget(EventId event) { heard_.erase(event); }

  /// Deliveries of an event in the order heard.
  const std::vector<BusMessage>& deliveries(EventId event) const;

 private:
  CommitQueue& queue_;
  std::map<EventId, std::vector<BusMessage>> heard_;
};

}  // namespace fairrush::server
