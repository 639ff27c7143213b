#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/draw/digest.hpp"
#include "server/domain/coupon_group.hpp"
#include "server/domain/quota.hpp"
#include "server/domain/redemption.hpp"

namespace fairrush::server {

/// Number of an event in the ledger.
using EventId = StrongId<struct EventIdTag, std::int64_t>;

/// The two windows of an event by the server's calendar clock, each open ≤ t < close.
struct EventWindows {
  WallTime reserve_open;
  WallTime reserve_close;
  WallTime claim_open;
  WallTime claim_close;

  bool reserving(WallTime now) const { return reserve_open <= now && now < reserve_close; }
  bool rushing(WallTime now) const { return claim_open <= now && now < claim_close; }
  bool operator==(const EventWindows&) const = default;
};

/// Whether the windows follow each other: reserve_open < reserve_close ≤ claim_open < claim_close.
/// The error names the two members that do not.
std::expected<void, std::string> check_order(const EventWindows& windows);

/// An event is made ready so long before its first window.
inline constexpr Duration kWarmUp = std::chrono::minutes(10);

/// Where an event stands in its life.
enum class Phase : std::uint8_t { scheduled, warming, reserving, reserved, rushing, closed };
Phase phase_at(const EventWindows& windows, WallTime now);
std::string_view name_of(Phase phase);

/// What an administrator does to an event that runs.
enum class Move : std::uint8_t { open_claims, close };

/// The windows after a move at `now`, in whole milliseconds. Claims that are opened early stay open
/// as long as they would have; a move that has happened already changes nothing. Unset where it
/// makes no sense: claims of an event that has not taken reservations, or is over.
std::optional<EventWindows> moved(const EventWindows& windows, Move move, WallTime now);

/// How long designs that collect claims collect them.
struct Pacing {
  Duration batch = std::chrono::milliseconds(100);  ///< a window of batch-draw; above zero
  Duration waiting = std::chrono::seconds(1);       ///< waiting-room's first stretch

  bool operator==(const Pacing&) const = default;
};

/// What an operator decides about an event.
struct EventSpec {
  std::string name;    ///< see is_event_name
  std::string design;  ///< a name from the table of designs
  QuotaRule quota = QuotaRule::of_count(0);
  EventWindows windows;
  CouponTerms terms = {};
  Pacing pacing = {};
  CouponGroups groups = {};  ///< of designs that have them; empty: the design's usual ones
};

/// Whether `text` names an event, or an order: 1 … 64 characters of A–Z a–z 0–9 . _ -
bool is_event_name(std::string_view text);

/// What must not be known before its time; fresh ones for every event and every reset.
struct EventSecrets {
  Bytes salt;        ///< 32 bytes: makes users' tokens opaque
  Bytes draw;        ///< 32 bytes: the draw's committed secret, published after the event
  Bytes coupon_key;  ///< 32 bytes: makes coupon codes unguessable; never published

  /// Secrets from the operating system's generator.
  static EventSecrets generate();
};

/// Whole milliseconds, as clients and the ledger have them.
std::int64_t to_ms(Duration duration);

/// Milliseconds since the Unix epoch, likewise.
std::int64_t to_unix_ms(WallTime time);
WallTime from_unix_ms(std::int64_t milliseconds);

}  // namespace fairrush::server
