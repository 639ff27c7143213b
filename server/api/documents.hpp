#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/ledger/issue_reader.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// The texts this server publishes about an event. Pure.

/// What an event document says besides what the service knows.
struct EventView {
  WallTime now;
  std::size_t outbox_pending = 0;
  std::optional<std::uint64_t> unheard = {};     ///< coupons that the audit has not heard of
  std::optional<std::uint64_t> bus_unread = {};  ///< held by the bus for its consumers here
  std::string_view fault;                        ///< empty: none
  std::string daily = {};  ///< JSON members of the rule that it is a day of, leading comma; or none
};

/// Readiness of a server that takes requests. `bus` says why messages wait, if they do: nobody who
/// claims notices, so the server is ready all the same. `dependencies` is a JSON array.
std::string readiness_document(std::string_view fault, const std::optional<std::string>& bus,
                               std::string_view dependencies);

/// The event document.
std::string event_document(const EventState& event, const EventView& view);

/// What the audit consumer heard, one JSON object a delivery and line.
std::string audit_document(std::span<const BusMessage> deliveries);

/// Issued coupons, one JSON object a line.
std::string ledger_document(std::span<const IssuedRow> issues);

/// The draw of an event whose design has one; secret and winners only once claims have closed.
std::string draw_document(const EventState& event, WallTime now);

/// The roster's tokens in ticket order, one a line.
std::string roster_document(const DrawState& draw);

/// Proof that a ticket's token is part of the published root; `ticket` is one of the roster's and
/// the draw is published.
std::string proof_document(const DrawState& draw, TicketNumber ticket);

}  // namespace fairrush::server
