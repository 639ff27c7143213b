#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/ids.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/event.hpp"

namespace fairrush::server {

/// Number of an event in the ledger.
using EventId = StrongId<struct EventIdTag, std::int64_t>;

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
};

struct CouponRedeemed {
  EventId event;
  std::uint32_t issue = 0;  ///< of the coupon, as in CouponIssued
  std::string order;
  OrderAmounts amounts;
  WallTime at;
  std::string idempotency_key;
};

using LedgerRecord = std::variant<EventCreated, EventReset, ReservationGranted, DrawFixed,
                                  CouponIssued, CouponRedeemed>;

}  // namespace fairrush::server
