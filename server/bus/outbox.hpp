#pragma once

#include <cstddef>
#include <deque>

#include "server/bus/in_process_bus.hpp"
#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// Relays what the ledger says to a bus: every message that was committed together with its fact,
/// in order, at least once. That a message was published is recorded after the fact, so a crash in
/// between publishes it again. Sans I/O; lives on the thread that decides.
class Outbox {
 public:
  /// `publish` gives a message to the bus; `queue` outlives the outbox.
  Outbox(CommitQueue& queue, BusConsumer publish) : queue_(queue), publish_(std::move(publish)) {}
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  /// The position for the message of the next fact.
  OutboxPosition next_position() { return OutboxPosition(++last_); }

  /// A message that goes out once `recorded`, its fact, is durable; in the order of the positions.
  void expect(BusMessage message, Sequence recorded);

  /// What a replayed ledger says: first how far it was published, then every message; those behind
  /// go out again.
  void restore(const OutboxPublished& record);
  void restore(const BusMessage& message);

  /// Publishes what has become durable; call it every few milliseconds.
  void relay();

  /// Drops the messages of an event that starts anew.
  void forget(EventId event);

  /// Messages that were not published yet.
  std::size_t pending() const { return pending_.size(); }
  /// Messages of an event that were not published yet. O(all such messages).
  std::size_t pending(EventId event) const;

 private:
  struct Pending {
    BusMessage message;
    Sequence recorded;
  };

  CommitQueue& queue_;
  BusConsumer publish_;
  std::deque<Pending> pending_;
  std::uint64_t last_ = 0;       ///< position
  std::uint64_t published_ = 0;  ///< position
  std::uint64_t noted_ = 0;      ///< position up to which publication is recorded
  Sequence note_;                ///< the latest such record
};

}  // namespace fairrush::server
