#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/ids.hpp"
#include "server/domain/bus_message.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/event.hpp"

namespace fairrush::server {

/// What is decided and must outlive the process. Replaying a ledger's records in their order gives
/// the state that they were decided in.

/// The administrator's request under which an event began its present life.
struct AdminKey {
  enum class Route : std::uint8_t { create, reset };
  Route route = Route::create;
  std::string text;  ///< its idempotency key; empty when none was sent

  bool operator==(const AdminKey&) const = default;
};

struct EventCreated {
  EventId event;
  EventSpec spec;
  EventSecrets secrets;
  AdminKey begun_under = {};
};

/// Everything of the event so far is void; it starts anew as `renewed`.
struct EventReset {
  EventCreated renewed;
};

/// The event's coupons are given in its spec's groups.
struct CouponsPreloaded {
  EventId event;
  CouponGroups groups;
};

/// An event's windows are others from now on; everything else of it stays.
struct EventMoved {
  EventId event;
  EventWindows windows;
};

/// An event is to begin anew every day, or no longer.
struct DailyEventSet {
  std::string name;
  std::string request;  ///< the administrator's, JSON, with the design spelled out
  std::string idempotency_key;
  bool ended = false;
};

struct ReservationGranted {
  EventId event;
  TicketNumber ticket;
  UserIndex user;
  WallTime at;
  std::string idempotency_key;  ///< empty when none was sent
};

struct DrawFixed {
  EventId event;
  Digest root{};
  std::uint32_t roster = 0;
  std::uint32_t quota = 0;
};

struct CouponIssued {
  EventId event;
  std::uint32_t issue = 0;  ///< order of issue within the event, 1-based
  TicketNumber ticket;
  UserIndex user;
  CouponSerial serial = 0;
  CouponCode code;
  WallTime at;
  std::string idempotency_key;
  std::optional<Discount> discount = {};  ///< unset in a record from before coupons had their own
  OutboxPosition told_at;                 ///< of its message, which is written with it
};

/// A claim that has won a coupon which is made later, of a design that accepts claims.
struct ClaimAccepted {
  EventId event;
  std::uint32_t place = 0;  ///< order of acceptance within the event, 1-based
  TicketNumber ticket;
  WallTime at;
  std::string idempotency_key;
};

/// A loss, of a design that records them.
struct ClaimLost {
  EventId event;
  TicketNumber ticket;
  std::string idempotency_key;
};

struct CouponRedeemed {
  EventId event;
  std::uint32_t issue = 0;  ///< of the coupon, as in CouponIssued
  UserIndex user;
  CouponCode code;
  std::string order;
  OrderAmounts amounts;
  WallTime at;
  std::string idempotency_key;
  OutboxPosition told_at;
};

/// Everything up to a place of the outbox has been published.
struct OutboxPublished {
  OutboxPosition up_to;
};

/// The audit consumer heard a message of the outbox.
struct AuditHeard {
  BusMessage message;
};

/// A BusMessage is written with the fact that it tells, never by itself; it is read back as a
/// record of its own.
using LedgerRecord =
    std::variant<EventCreated, EventReset, CouponsPreloaded, EventMoved, DailyEventSet,
                 ReservationGranted, DrawFixed, CouponIssued, ClaimAccepted, ClaimLost,
                 CouponRedeemed, BusMessage, OutboxPublished, AuditHeard>;

/// Whether a record says something of an event besides its creation and its messages.
bool concerns(const LedgerRecord& record, EventId event);

/// The message that tells of a fact.
BusMessage message_of(const CouponIssued& fact);
BusMessage message_of(const CouponRedeemed& fact);

}  // namespace fairrush::server
