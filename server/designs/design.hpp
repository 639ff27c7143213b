#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/draw/merkle.hpp"
#include "base/ids.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/error.hpp"
#include "server/domain/event.hpp"
#include "server/domain/roster.hpp"

namespace fairrush::server {

/// What a design says to a ticket's first claim.
struct Decision {
  enum class Kind : std::uint8_t {
    won,
    lost,
    pending,  ///< not decided yet: ask again later
  };
  Kind kind = Kind::pending;
  CouponSerial serial = 0;  ///< of a win
};

/// A draw as computed from a frozen roster. Immutable.
struct DrawOutcome {
  std::uint32_t roster = 0;
  std::uint32_t quota = 0;
  std::vector<TicketNumber> winners;  ///< in the order drawn
  MerkleTree tree;                    ///< over the tokens, in ticket order
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
  virtual std::function<DrawOutcome()> draw_job(std::vector<Token> tokens) const = 0;

  /// Makes an outcome binding; claims are decided from here on. Once.
  virtual void adopt(DrawOutcome outcome) = 0;

  /// The binding outcome; null before `adopt`.
  virtual const DrawOutcome* outcome() const = 0;
};

/// A way of deciding who wins. Pure and for one thread; time, users and durability are the
/// caller's.
///
/// Calls come in this order: `granted` for tickets 1, 2, 3 …; then `decide`, for each ticket until
/// it is decided. After a restart `recall` replays the wins that were recorded, in their order.
class Design {
 public:
  Design() = default;
  Design(const Design&) = delete;
  Design& operator=(const Design&) = delete;
  virtual ~Design() = default;

  /// The next ticket was handed out.
  virtual void granted(TicketNumber ticket) = 0;

  /// The verdict on a ticket that has none yet. O(1).
  virtual Decision decide(TicketNumber ticket) = 0;

  /// `ticket` had won `serial` before the restart; false when this design would not have let it.
  virtual bool recall(TicketNumber ticket, CouponSerial serial) = 0;

  /// Coupons for the roster as it stands.
  virtual std::uint32_t quota() const = 0;

  /// Coupons that the design's own store still has to give, drawn but unclaimed ones among them.
  virtual std::uint32_t remaining() const = 0;

  /// Coupons that were taken from the store and given back.
  virtual std::uint32_t released() const { return 0; }

  /// Why a loser lost.
  virtual ErrorCode loss() const = 0;

  /// The draw of a design that has one, else null.
  virtual DrawingDesign* drawing() { return nullptr; }
  virtual const DrawingDesign* drawing() const { return nullptr; }
};

}  // namespace fairrush::server
