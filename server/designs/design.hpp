#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/draw/merkle.hpp"
#include "base/ids.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/error.hpp"
#include "server/domain/event.hpp"
#include "server/domain/roster.hpp"

namespace fairrush::server {

/// What a design says to a ticket's claim.
struct Decision {
  enum class Kind : std::uint8_t {
    won,
    lost,
    pending,  ///< not decided yet: ask again once `advance` or the draw has decided the ticket
    refused,  ///< not considered
  };
  Kind kind = Kind::pending;
  CouponSerial serial = 0;  ///< of a win
};

/// Who holds a ticket. Nothing but the number may matter to a fair design.
struct Holder {
  TicketNumber ticket;
  UserIndex user = {};
  std::string_view cohort = {};  ///< as the user's device names itself; valid during the call
};

/// A draw as computed from a frozen roster. Immutable.
struct DrawOutcome {
  std::uint32_t roster = 0;
  std::uint32_t quota = 0;
  Digest root{};
  std::vector<TicketNumber> winners;  ///< in the order drawn
  /// Over the tokens, in ticket order; without leaves for a draw that is not published.
  MerkleTree tree{{}};
};

/// What a design that draws adds to the interface.
class DrawingDesign {
 public:
  DrawingDesign() = default;
  DrawingDesign(const DrawingDesign&) = delete;
  DrawingDesign& operator=(const DrawingDesign&) = delete;
  virtual ~DrawingDesign() = default;

  /// Published before reservations open.
  virtual Digest commitment() const = 0;

  /// The work of drawing over `tokens` in ticket order: O(roster) hashes, for any thread. It holds
  /// all it needs and may outlive the design.
  virtual std::function<DrawOutcome()> draw_job(std::span<const Token> tokens) const = 0;

  /// The same draw where nobody will ask for a proof, as in a simulation: no tree is built, and a
  /// root that anybody can state takes its place in the seed. O(roster) without a hash a ticket.
  virtual DrawOutcome draw_unpublished() const = 0;

  /// Makes an outcome binding; claims are decided from here on. Once.
  virtual void adopt(DrawOutcome outcome) = 0;

  /// The binding outcome; null before `adopt`.
  virtual const DrawOutcome* outcome() const = 0;
};

/// A way of deciding who wins. Pure and for one thread; users and durability are the caller's, and
/// time is what it says: since the claims opened, never running backwards.
///
/// Calls come in this order: `granted` for tickets 1, 2, 3 …; `reservations_closed`; then `decide`,
/// for each ticket until it is decided, and `advance`. After a restart `recall` replays the wins
/// that were recorded, in their order, and `recall_loss` the losses where they are recorded.
class Design {
 public:
  Design() = default;
  Design(const Design&) = delete;
  Design& operator=(const Design&) = delete;
  virtual ~Design() = default;

  /// The next ticket was handed out.
  virtual void granted(const Holder& holder) = 0;

  /// The roster is final. Once.
  virtual void reservations_closed() {}

  /// The verdict on a ticket that has none yet. O(1).
  virtual Decision decide(TicketNumber ticket, Duration since_open) = 0;

  /// Decides what waits for a moment that has come; returns the tickets that were pending and are
  /// decided now, in the order in which they are to be asked again.
  virtual std::vector<TicketNumber> advance(Duration) { return {}; }

  /// When `advance` has something to decide; unset while nothing waits for a moment.
  virtual std::optional<Duration> next_decision() const { return std::nullopt; }

  /// Whether a claim that is pending has won, only its coupon comes later: then its user is told at
  /// once where to ask for it. Else the claim waits for its answer.
  virtual bool accepts_claims() const { return false; }

  /// `ticket` had been accepted before the restart; replayed in order, before all wins. False when
  /// this design would not have accepted it.
  virtual bool recall_accepted(TicketNumber) { return false; }

  /// `ticket` had won `serial` before the restart; false when this design would not have let it.
  virtual bool recall(TicketNumber ticket, CouponSerial serial) = 0;

  /// Whether a loss may precede a win that it had to make way for, so that losses have to be
  /// recorded, lest a restart decide them again.
  virtual bool records_losses() const { return false; }

  /// `ticket` had lost before the restart.
  virtual void recall_loss(TicketNumber) {}

  /// Whether a user without a reservation may still be taken in when they claim; the quota stays.
  virtual bool admits_late() const { return false; }

  /// Coupons for the roster as it stands.
  virtual std::uint32_t quota() const = 0;

  /// Coupons that the design's own store still has to give, drawn but unclaimed ones among them.
  virtual std::uint32_t remaining() const = 0;

  /// Coupons that were taken from the store and given up for good.
  virtual std::uint32_t released() const { return 0; }

  /// Gives the coupons in these groups, which check_groups has accepted; before
  /// `reservations_closed`, the last call counts. False when this design's coupons are all alike.
  virtual bool preload(std::span<const CouponGroup>) { return false; }

  /// The groups that the coupons are given in; none where they are all alike.
  virtual std::span<const CouponGroup> groups() const { return {}; }

  /// What a coupon takes off, where coupons differ; else the event's terms say so.
  virtual std::optional<Discount> discount(CouponSerial) const { return std::nullopt; }

  /// Why a loser lost.
  virtual ErrorCode loss() const = 0;

  /// The draw of a design that has one, else null.
  virtual DrawingDesign* drawing() { return nullptr; }
  virtual const DrawingDesign* drawing() const { return nullptr; }
};

}  // namespace fairrush::server
