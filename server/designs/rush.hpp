#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/memory.hpp"
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
  enum class Kind : std::uint8_t { won, won_before, lost, not_reserved, pending, refused };
  Kind kind{};
  TicketNumber ticket;      ///< zero when not reserved
  CouponSerial serial = 0;  ///< of a win, new or old
};

/// One event's users and their verdicts under a design: one reservation and one verdict per user,
/// whatever the design. Pure; one thread. The caller keeps the windows; of time it knows only how
/// long claims have been open, as `since_open`, which never runs backwards.
///
/// How to drive it, in real or in virtual time:
///
///     Rush rush(spec, secrets);                    // spec.design names the design
///     for (user : arrivals of the reservation window) rush.reserve(user);
///     rush.close_reservations();
///     if (rush.design().drawing() != nullptr) rush.draw_unpublished();
///     for (claim : claims in the order of their times) {
///       while (rush.next_decision() <= claim.time)   // unset: nothing waits
///         for (ticket : rush.advance(*rush.next_decision()))
///         answer(rush.roster().user_of(ticket));
///       if (rush.claim(claim.user, claim.time).kind == pending) remember that the user waits;
///     }
///     while (rush.next_decision()) the same once more, for those who still wait at the end
///
/// where `answer` asks `claim` again: the first answer behind `pending` is the verdict.
class Rush {
 public:
  /// `spec.design` is a name from the table of designs.
  Rush(const EventSpec& spec, const EventSecrets& secrets);
  /// For designs that are in no table. `salt` makes users' tokens opaque.
  Rush(ByteView salt, std::unique_ptr<Design> design);

  /// Takes memory for users numbered below `users`, of whom most will come. Before the first one.
  void expect_dense(std::uint32_t users) {
    roster_.expect_dense(users);
    verdicts_.reserve(users);
  }

  /// `cohort` is what the user's device says about itself; it must not matter.
  ReservationGrant reserve(UserIndex user, std::string_view cohort = {});

  /// Makes the roster final; before the first claim. Nothing happens the second time.
  void close_reservations();

  /// Draws on the spot, without anything that could be published; only for a design with a draw,
  /// after `close_reservations`, once.
  void draw_unpublished();

  /// The verdict a user has so far, `pending` when they have none yet.
  ClaimVerdict verdict_of(UserIndex user) const;

  /// Decides a user's claim, or repeats the verdict they have. Nothing may be left to decide before
  /// `since_open` (see `advance`). O(1).
  ClaimVerdict claim(UserIndex user, Duration since_open);

  /// Warm the caches for a claim of `user` that will come: `expect` first, and `expect_soon` once
  /// that has had time to take effect. With half a million users a claim waits for little else.
  void expect(UserIndex user) const { roster_.expect(user); }
  void expect_soon(UserIndex user) const {
    if (const auto ticket = roster_.ticket_of(user)) {
      __builtin_prefetch(&verdicts_[ticket->value() - 1], 1);
    }
  }

  /// Decides what waits for a moment up to `since_open`; returns the tickets that were pending and
  /// whose users are to be asked again, in that order.
  std::vector<TicketNumber> advance(Duration since_open);

  /// The moment at which `advance` has something to decide; unset while nothing waits for one.
  std::optional<Duration> next_decision() const { return design_->next_decision(); }

  /// Restores a recorded win, after the reservations and the draw; false when it cannot have been.
  /// `ticket` is one of the roster's.
  bool recall(TicketNumber ticket, CouponSerial serial);
  /// Restores a recorded acceptance, before the wins.
  bool recall_accepted(TicketNumber ticket);
  /// Restores a recorded loss, likewise.
  bool recall_loss(TicketNumber ticket);

  const Roster& roster() const { return roster_; }
  Design& design() { return *design_; }
  const Design& design() const { return *design_; }

 private:
  static constexpr CouponSerial kUndecided = 0;
  static constexpr CouponSerial kLost = ~CouponSerial{0};
  static_assert(Roster::kSizeMax < kLost, "no serial may look like a loss");

  Roster roster_;
  std::unique_ptr<Design> design_;
  LargeVector<CouponSerial> verdicts_;  ///< by ticket − 1: undecided, lost or the coupon's serial
  bool closed_ = false;
};

}  // namespace fairrush::server
