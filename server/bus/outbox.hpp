#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_set>

#include "base/clock.hpp"
#include "server/bus/bus.hpp"
#include "server/ledger/commit_queue.hpp"

namespace fairrush::server {

/// How an outbox relays.
struct OutboxPace {
  std::size_t window = 1024;  ///< messages given to the bus ahead of what is published; at least 1
  Duration retry = std::chrono::milliseconds(100);  ///< from a message that came back to the next
};

/// Relays what the ledger says to a bus: every message that was committed together with its fact,
/// in order, at least once. Published is what the bus has confirmed, and everything before it; that
/// is recorded after the fact, so a crash in between publishes again.
///
/// The order of a user's messages holds whatever comes back or is confirmed out of turn: none is
/// given to the bus while an earlier one of the same user is under way.
///
/// Sans I/O; lives on the thread that decides and never waits for the bus. Holds every message that
/// is not published: as many as there are coupons and redemptions to tell of.
class Outbox final : public Bus::Listener {
 public:
  /// All outlive the outbox, which the bus reports to from now on.
  Outbox(CommitQueue& queue, Bus& bus, const Clock& clock, OutboxPace pace = {});

  /// The position for the message of the next fact.
  OutboxPosition next_position() { return OutboxPosition(++last_); }

  /// A message that goes out once `recorded`, its fact, is durable; in the order of the positions.
  void expect(BusMessage message, Sequence recorded);

  /// What a ledger says: first how far it was published, then every message; those behind go out
  /// again. Said anew, it replaces what was said before.
  void restore(const OutboxPublished& record);
  void restore(const BusMessage& message);

  /// Lets the bus do what is due and gives it what has become durable; call it every few
  /// milliseconds.
  void relay();

  /// Drops the messages of an event that starts anew. What the bus has of them it may still
  /// deliver.
  void forget(EventId event);

  /// Messages that were not published yet.
  std::size_t pending() const { return pending_.size(); }
  /// Messages of an event that were not published yet. O(all such messages).
  std::size_t pending(EventId event) const;
  /// Messages that this process has published, and that the bus gave back.
  std::uint64_t published() const { return confirmations_; }
  std::uint64_t returned() const { return returns_; }

  void confirmed(OutboxPosition position) override;
  void returned(OutboxPosition position) override;

 private:
  enum class State : std::uint8_t { waiting, under_way, confirmed };
  struct Pending {
    BusMessage message;
    Sequence recorded;
    State state = State::waiting;
  };

  void publish_due();
  /// The next message to give to the bus, or null.
  Pending* next_due();
  /// The message of that position that is under way, or null: its event may have started anew.
  Pending* under_way(OutboxPosition position);
  void drop_published();
  void note();

  CommitQueue& queue_;
  Bus& bus_;
  const Clock& clock_;
  const OutboxPace pace_;
  std::deque<Pending> pending_;  ///< by position; the first is not confirmed
  std::size_t settled_ = 0;      ///< none of so many first ones waits
  std::unordered_set<UserIndex> users_under_way_;
  SteadyTime resume_;  ///< nothing is published before
  bool publishing_ = false;
  std::uint64_t confirmations_ = 0;
  std::uint64_t returns_ = 0;
  std::uint64_t last_ = 0;       ///< position
  std::uint64_t published_ = 0;  ///< position
  std::uint64_t noted_ = 0;      ///< position up to which publication is recorded
  Sequence note_;                ///< the latest such record
};

}  // namespace fairrush::server
