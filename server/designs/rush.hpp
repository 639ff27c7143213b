#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "server/designs/design.hpp"
#include "server/domain/roster.hpp"

namespace fairrush::server {

/// What became of a user's wish for a reservation.
struct ReservationGrant {
  enum class Kind : std::uint8_t { granted, held_already, roster_full };
  Kind kind{};
  TicketNumber ticket;  ///< zero when the roster is full
};

/// What became of a user's claim.
struct ClaimVerdict {
  enum class Kind : std::uint8_t { won, won_before, lost, not_reserved, pending };
  Kind kind{};
  TicketNumber ticket;      ///< zero when not reserved
  CouponSerial serial = 0;  ///< of a win, new or old
};

/// One event's users and their verdicts under a design: one reservation and one verdict per user,
/// whatever the design. Knows no time: the caller keeps the windows. Pure; one thread.
class Rush {
 public:
  Rush(const EventSpec& spec, const EventSecrets& secrets);

  ReservationGrant reserve(UserIndex user);

  /// The verdict a user has so far, `pending` when they have none yet.
  ClaimVerdict verdict_of(UserIndex user) const;

  /// Decides a user's claim, or repeats the verdict they have.
  ClaimVerdict claim(UserIndex user);

  /// Restores a recorded win, after the reservations and the draw; false when it cannot have been.
  /// `ticket` is one of the roster's.
  bool recall(TicketNumber ticket, CouponSerial serial);

  const Roster& roster() const { return roster_; }
  Design& design() { return *design_; }
  const Design& design() const { return *design_; }

 private:
  static constexpr CouponSerial kUndecided = 0;
  static constexpr CouponSerial kLost = ~CouponSerial{0};
  static_assert(Roster::kSizeMax < kLost, "no serial may look like a loss");

  Roster roster_;
  std::unique_ptr<Design> design_;
  std::vector<CouponSerial> verdicts_;  ///< by ticket − 1: undecided, lost or the coupon's serial
};

}  // namespace fairrush::server
