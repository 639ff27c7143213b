#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "server/bus/messaging.hpp"
#include "server/designs/designs.hpp"
#include "server/service/live_event.hpp"

namespace fairrush::server {

using DrawJob = std::function<DrawOutcome()>;
/// A draw, or why it could not be computed.
using DrawResult = std::expected<DrawOutcome, std::string>;

/// Does the work of a draw. An exception that left the thread that draws would be heard by nobody.
DrawResult run_draw(const DrawJob& job);

/// Runs a draw off the calling thread with `run_draw` and calls `done` on it again; in tests, at
/// once.
using DrawRunner = std::function<void(DrawJob job, std::function<void(DrawResult&)> done)>;

/// Makes the design of an event that starts.
using DesignMaker =
    std::function<std::unique_ptr<Design>(const EventSpec& spec, const EventSecrets& secrets)>;

/// The answer to a wish for a reservation. It may be told once `durable` is.
struct ReservationAnswer {
  std::optional<ErrorCode> refusal;  ///< unset: granted, now or before under the same key
  TicketNumber ticket;               ///< set when granted, and for duplicated_reservation
  Sequence durable;
};

/// The answer to a wish to spend a coupon. It may be told once `durable` is.
struct RedemptionAnswer {
  std::optional<ErrorCode> refusal;  ///< unset: spent, now or before under the same key
  OrderAmounts amounts;
  Sequence durable;
};

/// Takes the answer to a redemption, once, on the service's thread.
using RedemptionDone = std::function<void(const RedemptionAnswer& answer)>;

/// One coupon in a user's wallet.
struct WalletEntry {
  const LiveEvent* event = nullptr;
  const Issue* issue = nullptr;
};

/// What a service is made of.
struct ServiceParts {
  CommitQueue& queue;
  Messaging& messaging;
  DrawRunner run_draw;
  DesignMaker make_design = fairrush::server::make_design;
};

/// All events of the server: decides in memory, in order, and sends every decision to the ledger.
/// Callers refuse changes themselves once the ledger has failed. One thread.
class RushService {
 public:
  /// What `parts` refers to must outlive the service, and the service every draw it started.
  explicit RushService(ServiceParts parts);
  RushService(const RushService&) = delete;
  RushService& operator=(const RushService&) = delete;
  virtual ~RushService() = default;

  /// Applies one record of a ledger that is replayed before the first request.
  std::expected<void, std::string> restore(const LedgerRecord& record);

  /// Creates an event; the spec is checked already. Null when the name is taken, unless by an event
  /// that was created under the same key: then that one.
  LiveEvent* create(const EventSpec& spec, std::string_view key);

  /// Starts an event anew in other windows: no reservations, no coupons, new secrets. Claims that
  /// are held are refused. The old LiveEvent is gone. Nothing happens when the event's last reset
  /// came under the same key.
  LiveEvent& reset(LiveEvent& event, const EventWindows& windows, std::string_view key);

  /// The event of that name as of `now`, or null.
  LiveEvent* find(std::string_view name, WallTime now);

  ReservationAnswer reserve(LiveEvent& event, const UserRequest& request);

  /// Calls `done` with the answer: at once, or when the claim's draw is recorded or its design
  /// decides. What `request` looks at stays valid until then. Decided as of the request's arrival,
  /// so that no wait pushes it out of its window.
  virtual void claim(LiveEvent& event, const UserRequest& request, ClaimDone done);

  /// Calls `done` with the answer, likewise.
  virtual void redeem(const RedemptionRequest& request, RedemptionDone done);

  /// The user's coupons, by the events' names; those of one event when `only` is not null. They may
  /// be told once the latest decision is durable. O(events).
  virtual std::vector<WalletEntry> wallet(UserIndex user, const LiveEvent* only) const;

  /// Does what has become due: closes reservations, decides claims that wait, publishes what has
  /// become durable; call it at least every few milliseconds.
  void tick(WallTime now);

  /// Why an event has no draw, although its reservations have closed; null when none failed.
  const std::string* draw_failure() const;

  /// Refuses all held claims with `why`.
  void refuse_held(ErrorCode why);

 protected:
  // The steps of decisions, for services that take them in another order: see server/faults.

  /// Names one life of an event across a reset.
  struct Life {
    EventId event;
    std::uint64_t number = 0;
    auto operator<=>(const Life&) const = default;
  };
  Life life_of(const LiveEvent& event) const { return {event.id(), slot_of(event.id())->life}; }
  /// The event if it still lives that life, or null.
  LiveEvent* alive(Life life) const;

  /// The answer to a claim that needs no decision: the verdict is known, the window is not open, or
  /// the user holds no reservation. Unset when it has to be decided.
  std::optional<ClaimAnswer> foregone(const LiveEvent& event, const UserRequest& request) const;
  /// Gives a ticket that has just won its coupon.
  ClaimAnswer issue(LiveEvent& event, const ClaimVerdict& win, const UserRequest& request);
  /// Turns a ticket away that has just lost.
  ClaimAnswer note_loss(LiveEvent& event, const ClaimVerdict& loss, std::string_view key);
  ClaimAnswer verdict_again(const LiveEvent& event, const ClaimVerdict& known,
                            std::string_view key) const;

  /// A coupon that may be spent, and on what.
  struct Spending {
    LiveEvent* event = nullptr;
    std::uint32_t issue = 0;
    OrderAmounts amounts;
  };
  /// Judges a redemption: the answer, or what is left to do.
  std::variant<RedemptionAnswer, Spending> judge(const RedemptionRequest& request);
  RedemptionAnswer spend(const Spending& spending, const RedemptionRequest& request);

  static ClaimAnswer refused(ErrorCode why) {
    return {ClaimAnswer::Kind::refused, why, nullptr, {}};
  }

  /// Where the message of the next fact goes.
  OutboxPosition next_position() { return messaging_.outbox.next_position(); }
  /// Sends a fact to the ledger, and its message after it; returns when both are durable.
  Sequence record_told(CouponIssued fact);
  Sequence record_told(CouponRedeemed fact);

  /// Whether decisions can be recorded.
  bool accepts() const { return queue_.accepts(); }

 private:
  template <class Fact>
  Sequence record_with_message(Fact fact);
  struct Slot {
    std::unique_ptr<LiveEvent> event;
    std::uint64_t life = 0;
  };

  struct CouponPlace {
    EventId event;
    std::uint32_t issue = 0;  ///< 1-based place among the event's issues
  };

  using Restored = std::expected<void, std::string>;
  Restored apply(const EventCreated& record);
  Restored apply(const EventReset& record);
  Restored apply(const CouponIssued& record);
  Restored apply(const BusMessage& record);
  Restored apply(const OutboxPublished& record);
  Restored apply(const AuditHeard& record);
  /// A record that concerns one event only.
  template <class Record>
  Restored apply(const Record& record);

  /// Decides a claim; unset when it has to wait.
  std::optional<ClaimAnswer> decide(LiveEvent& event, const UserRequest& request);
  void close_reservations(Slot& slot);
  void draw_done(Life life, DrawResult& result);
  void draw_durable(Life life, bool durable);
  Slot* slot_of(EventId id) const;
  Slot& add_slot(const std::string& name, EventId id);
  void advance(LiveEvent& event, WallTime now);
  /// Asks again for every claim that is held.
  void answer_held(LiveEvent& event);
  static void refuse_held(LiveEvent& event, ErrorCode why);

  CommitQueue& queue_;
  Messaging& messaging_;
  DrawRunner run_draw_;
  DesignMaker make_design_;
  std::map<std::string, Slot, std::less<>> events_;
  std::map<EventId, Slot*> slots_;  ///< into events_, whose nodes stay where they are
  std::unordered_map<CouponCode, CouponPlace> places_;  ///< of every coupon
  std::int64_t last_id_ = 0;
};

}  // namespace fairrush::server
