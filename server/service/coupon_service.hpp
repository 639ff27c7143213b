#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/designs/design.hpp"
#include "server/domain/claim_request.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/error.hpp"
#include "server/domain/event.hpp"
#include "server/domain/redemption.hpp"
#include "server/domain/roster.hpp"
#include "server/ledger/commit_queue.hpp"
#include "server/service/peer.hpp"

namespace fairrush::server {

/// Who asks, under which key, and when the request arrived.
struct UserRequest {
  UserIndex user;
  std::string_view idempotency_key;  ///< empty: none
  WallTime at;
  std::string_view cohort = {};  ///< what the user's device says about itself
  const Peer* peer = nullptr;    ///< valid until the request is answered
};

/// A wish to spend a coupon on an order.
struct RedemptionRequest {
  UserRequest by;
  std::string order;  ///< is_event_name
  std::string coupon;
  Amount amount;  ///< 0 … kAmountMax
};

/// The answer to a wish for a reservation. It may be told once `durable` is.
struct ReservationAnswer {
  std::optional<ErrorCode> refusal;  ///< unset: granted, now or before under the same key
  TicketNumber ticket = {};          ///< set when granted, and for duplicated_reservation
  Token token{};                     ///< likewise
  Sequence durable = {};
  Duration retry_after{};  ///< of a refusal for want of capacity; zero: nobody knows
};

/// A claim's place in a line of those who wait for their turn.
struct LinePlace {
  std::uint32_t position = 0;  ///< 1-based; zero: in no line
  Duration wait{};             ///< estimated
  bool operator==(const LinePlace&) const = default;
};

/// The answer to a claim. It may be told once `durable` is.
struct ClaimAnswer {
  enum class Kind : std::uint8_t {
    won,
    refused,   ///< with `refusal`: a loss or not considered
    accepted,  ///< its outcome comes later: to be asked for under `request`
  };
  Kind kind{};
  ErrorCode refusal{};
  CouponCode coupon{};  ///< of a win, and for already_claimed unless it is still being made
  Discount discount = {};
  Sequence durable = {};
  RequestId request{};     ///< of an accepted claim, and for already_claimed without a coupon
  LinePlace place = {};    ///< of an accepted claim that waits for its turn
  Duration retry_after{};  ///< of a refusal for want of capacity; zero: nobody knows
};

/// How an accepted claim stands. It may be told once `durable` is.
struct ClaimStatus {
  enum class Kind : std::uint8_t {
    waiting,     ///< for its turn, at `place`
    processing,  ///< its coupon is being made
    completed,   ///< with the coupon
    failed,      ///< with the reason, as if the claim had been refused with it
  };
  Kind kind{};
  ErrorCode failure{};
  CouponCode coupon{};
  Discount discount = {};
  LinePlace place = {};
  Sequence durable = {};

  bool is_final() const { return kind == Kind::completed || kind == Kind::failed; }
};

/// Who asks for which claim. `seen` is how it stood when the asker last looked.
struct StatusQuestion {
  UserIndex user;
  RequestId request;
  std::optional<ClaimStatus::Kind> seen = {};
};

/// The answer to a wish to spend a coupon. It may be told once `durable` is.
struct RedemptionAnswer {
  std::optional<ErrorCode> refusal;  ///< unset: spent, now or before under the same key
  OrderAmounts amounts = {};
  Sequence durable = {};
};

/// One coupon in a user's wallet.
struct WalletEntry {
  std::string_view event;  ///< its name
  CouponCode coupon;
  bool redeemed = false;
};

/// A user's coupons by the events' names. They may be told once `durable` is.
struct Wallet {
  std::vector<WalletEntry> entries;
  Sequence durable = {};
};

/// The draw of an event whose design has one.
struct DrawState {
  Digest commitment{};
  const DrawOutcome* outcome = nullptr;  ///< null until it is published
  std::span<const Token> tokens = {};    ///< of the roster, in ticket order
  ByteView secret;                       ///< to be told when the event has closed
};

/// An event as it stands. It may be told once `durable` is.
struct EventState {
  EventId id;
  const EventSpec& spec;
  std::uint32_t roster = 0;                  ///< reservations
  std::uint32_t quota = 0;                   ///< coupons for that roster
  std::uint64_t issued = 0;                  ///< coupons given out
  std::uint32_t remaining = 0;               ///< coupons that the design's store still has to give
  std::span<const CouponGroup> groups = {};  ///< that the coupons are given in
  std::uint32_t released = 0;  ///< coupons that were taken from it and given up for good
  std::optional<DrawState> draw;
  /// Messages that the bus has not been given, where this process does not know them all.
  std::optional<std::uint64_t> outbox_pending = {};
  std::size_t held = 0;  ///< claims that wait for their answer
  Sequence durable = {};
};

/// What a service whose events are kept elsewhere has under way there. Counts never fall.
struct ServiceLoad {
  std::uint64_t in_flight = 0;  ///< questions without an answer
  Duration oldest{};            ///< how long the oldest of them has taken so far
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;  ///< for want of the place where events are kept
};

/// Each takes its answer once, on the service's thread; what an answer looks at is valid during the
/// call.
using ReservationDone = std::function<void(const ReservationAnswer& answer)>;
using ClaimDone = std::function<void(const ClaimAnswer& answer)>;
using StatusDone = std::function<void(const std::expected<ClaimStatus, ErrorCode>& status)>;
using RedemptionDone = std::function<void(const RedemptionAnswer& answer)>;
using WalletDone = std::function<void(const std::expected<Wallet, ErrorCode>& wallet)>;
using EventDone = std::function<void(const std::expected<EventState, ErrorCode>& event)>;

/// What is asked of a coupon service, wherever it keeps its events. An answer comes at once or
/// later, on the one thread of the service; what a request looks at stays valid until then. Events
/// are named as their creators named them; unknown_event where there is none, ledger_unavailable
/// where a change could not be recorded.
class CouponService {
 public:
  CouponService() = default;
  CouponService(const CouponService&) = delete;
  CouponService& operator=(const CouponService&) = delete;
  virtual ~CouponService() = default;

  /// Names of the designs that run on this service's store.
  virtual std::vector<std::string_view> designs() const = 0;

  /// Applies one record of a ledger that is replayed before the first request; an error says what
  /// it contradicts.
  virtual std::expected<void, std::string> restore(const LedgerRecord& record) = 0;

  /// Creates an event; the spec is checked already, and its design is one of `designs`.
  /// event_exists when the name is taken, unless by an event that was created under the same key:
  /// then that one.
  virtual void create(const EventSpec& spec, std::string_view key, EventDone done) = 0;

  /// Starts an event anew in other windows: no reservations, no coupons, new secrets. Claims that
  /// are held are refused. Nothing happens when the event's last reset came under the same key.
  virtual void reset(std::string_view event, const EventWindows& windows, std::string_view key,
                     EventDone done) = 0;

  /// Gives an event's coupons in these groups, which check_groups has accepted, instead of those
  /// before. no_coupon_groups where the design has none, not_in_active_time once its reservations
  /// have closed.
  virtual void preload(std::string_view event, const CouponGroups& groups, WallTime now,
                       EventDone done) = 0;

  /// Opens an event's claims at `now`, or closes it; see `moved`. not_in_active_time where it makes
  /// no sense; refused where a service does not know how.
  virtual void move([[maybe_unused]] std::string_view event, [[maybe_unused]] Move move,
                    [[maybe_unused]] WallTime now, EventDone done) {
    done(std::unexpected(ErrorCode::not_in_active_time));
  }

  /// The event as of `now`.
  virtual void describe(std::string_view event, WallTime now, EventDone done) = 0;

  virtual void reserve(std::string_view event, const UserRequest& request,
                       ReservationDone done) = 0;

  /// Decided as of the request's arrival, so that no wait pushes it out of its window.
  virtual void claim(std::string_view event, const UserRequest& request, ClaimDone done) = 0;

  /// The same, but whoever asks is taken in where the design gives coupons to those without a
  /// reservation and the quota is a number.
  virtual void generate(std::string_view event, const UserRequest& request, ClaimDone done) = 0;

  /// How an accepted claim stands: at once, or, when it stands as the asker has seen it, once it
  /// stands otherwise. unknown_request unless the id is of a claim of the asking user.
  virtual void status(const StatusQuestion& question, StatusDone done) = 0;

  virtual void redeem(const RedemptionRequest& request, RedemptionDone done) = 0;

  /// The user's coupons; those of one event when `only` is set.
  virtual void wallet(const UserRequest& request, std::optional<std::string_view> only,
                      WalletDone done) = 0;

  /// The design of an event, for metrics; empty where that is not known at once.
  virtual std::string_view design_of([[maybe_unused]] std::string_view event) const { return {}; }

  /// Does what has become due; call it at least every few milliseconds.
  virtual void tick(WallTime now) = 0;

  /// Why this service cannot do all that it is for, although it runs.
  struct Impairment {
    ErrorCode code{};
    std::string detail;
  };
  virtual std::optional<Impairment> impairment() const = 0;

  /// Refuses all held claims with `why`.
  virtual void refuse_held(ErrorCode why) = 0;

  /// Nothing where events are decided within the call.
  virtual ServiceLoad load() const { return {}; }
};

}  // namespace fairrush::server
