#pragma once

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "server/bus/messaging.hpp"
#include "server/designs/designs.hpp"
#include "server/service/coupon_service.hpp"
#include "server/service/draw_runner.hpp"
#include "server/service/live_event.hpp"

namespace fairrush::server {

/// Makes the design of an event that starts.
using DesignMaker =
    std::function<std::unique_ptr<Design>(const EventSpec& spec, const EventSecrets& secrets)>;

/// What a service is made of.
struct ServiceParts {
  CommitQueue& queue;
  Messaging& messaging;
  DrawRunner run_draw;
  DesignMaker make_design = fairrush::server::make_design;
};

/// All events of a server in its memory: decides in order, and sends every decision to the ledger.
class RushService : public CouponService {
 public:
  /// What `parts` refers to must outlive the service, and the service every draw it started.
  explicit RushService(ServiceParts parts);

  std::vector<std::string_view> designs() const override;
  std::expected<void, std::string> restore(const LedgerRecord& record) override;

  void create(const EventSpec& spec, std::string_view key, EventDone done) override;
  void reset(std::string_view event, const EventWindows& windows, std::string_view key,
             EventDone done) override;
  void preload(std::string_view event, const CouponGroups& groups, WallTime now,
               EventDone done) override;
  void move(std::string_view event, Move move, WallTime now, EventDone done) override;
  void describe(std::string_view event, WallTime now, EventDone done) override;
  void reserve(std::string_view event, const UserRequest& request, ReservationDone done) override;
  /// Answers at once, or when the claim's draw is recorded or its design decides.
  void claim(std::string_view event, const UserRequest& request, ClaimDone done) override;
  void generate(std::string_view event, const UserRequest& request, ClaimDone done) override;
  void status(const StatusQuestion& question, StatusDone done) override;
  void redeem(const RedemptionRequest& request, RedemptionDone done) override;
  /// O(events).
  void wallet(const UserRequest& request, std::optional<std::string_view> only,
              WalletDone done) override;
  std::string_view design_of(std::string_view event) const override;
  void tick(WallTime now) override;
  /// An event has no draw, although its reservations have closed.
  std::optional<Impairment> impairment() const override;
  void refuse_held(ErrorCode why) override;

 protected:
  // The steps of decisions, for services that take them in another order: see server/faults.

  virtual void claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done);
  virtual void redeem_recorded(const RedemptionRequest& request, RedemptionDone done);
  /// The user's coupons, by the events' names; those of one event when `only` is not null.
  virtual std::vector<WalletEntry> wallet_of(UserIndex user, const LiveEvent* only) const;

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
    return {.kind = ClaimAnswer::Kind::refused, .refusal = why, .durable = {}};
  }
  static WalletEntry entry_of(const LiveEvent& event, const Issue& issue) {
    return {event.spec().name, issue.code, issue.redemption != 0};
  }
  /// Tells a user who has a coupon which one it is.
  static ClaimAnswer holding(ClaimAnswer::Kind kind, const Issue& issue, Sequence durable) {
    return {kind, ErrorCode::already_claimed, issue.code, issue.discount, durable};
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
    Phase phase = Phase::scheduled;  ///< that was told to the log last
    bool warmed = false;             ///< it has been shown that the ledger takes its records
  };

  struct CouponPlace {
    EventId event;
    std::uint32_t issue = 0;  ///< 1-based place among the event's issues
  };

  using Restored = std::expected<void, std::string>;
  Restored apply(const EventCreated& record);
  Restored apply(const EventReset& record);
  Restored apply(const EventMoved& record);
  Restored apply(const DailyEventSet& record);
  Restored apply(const CouponIssued& record);
  Restored apply(const BusMessage& record);
  Restored apply(const OutboxPublished& record);
  Restored apply(const AuditHeard& record);
  /// A record that concerns one event only.
  template <class Record>
  Restored apply(const Record& record);

  /// The event of that name as of `now`, or null.
  LiveEvent* find(std::string_view name, WallTime now);
  EventState state_of(const LiveEvent& event) const;
  ReservationAnswer reservation_of(LiveEvent& event, const UserRequest& request);
  ReservationAnswer grant_reservation(LiveEvent& event, const UserRequest& request);
  LiveEvent& begin_anew(LiveEvent& event, const EventWindows& windows, AdminKey under);

  /// Tells a ticket that has just won that its coupon will come.
  ClaimAnswer accept(LiveEvent& event, TicketNumber ticket, const UserRequest& request);
  ClaimAnswer accepted_again(const LiveEvent& event, TicketNumber ticket,
                             std::string_view key) const;
  /// Makes the coupons of tickets that have their turn, which are the oldest accepted ones.
  void complete_accepted(LiveEvent& event, std::span<const TicketNumber> tickets);
  ClaimStatus status_of(const LiveEvent& event, TicketNumber ticket) const;
  static void end_watches(LiveEvent& event, ErrorCode why);

  /// Decides a claim; unset when it has to wait.
  std::optional<ClaimAnswer> decide(LiveEvent& event, const UserRequest& request);
  void enter_phase(Slot& slot, WallTime now);
  void close_reservations(Slot& slot);
  void draw_done(Life life, DrawResult& result);
  void draw_durable(Life life, bool durable);
  Slot* slot_of(EventId id) const;
  Slot& add_slot(const std::string& name, EventId id);
  void advance(LiveEvent& event, WallTime now);
  /// Held claims are to be asked for as their design has served them. A waiting room serves its
  /// winners first: "sold out" is then recorded behind every coupon that it rests on.
  static void hold_in_order(LiveEvent& event, std::span<const TicketNumber> served);
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
