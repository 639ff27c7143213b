#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/designs/rush.hpp"
#include "server/ledger/record.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// A coupon that was given out.
struct Issue {
  UserIndex user;
  TicketNumber ticket;
  CouponCode code;
  WallTime at;
  Discount discount;
  std::uint32_t redemption = 0;  ///< 1-based place among the event's redemptions; zero: unspent
};

/// A coupon that was spent.
struct Redemption {
  std::string order;
  OrderAmounts amounts;
  std::uint64_t key = 0;  ///< hash of the idempotency key, zero for none
};

/// A claim that has been accepted, and whose coupon is still to be made.
struct AcceptedClaim {
  TicketNumber ticket;
  WallTime at;
  std::string key;
};

/// A claim that waits for a draw, or for the moment at which its design decides.
struct HeldClaim {
  UserRequest request;  ///< its views stay valid until the claim is answered
  ClaimDone done;
};

/// One event as it runs: its rules, its users' verdicts and what was answered under which
/// idempotency key. Plain state with lookups; the service decides. One thread.
class LiveEvent {
 public:
  LiveEvent(const EventCreated& created, std::unique_ptr<Design> design);

  EventId id() const { return id_; }
  const EventSpec& spec() const { return spec_; }
  const EventSecrets& secrets() const { return secrets_; }
  Rush& rush() { return rush_; }
  const Rush& rush() const { return rush_; }

  /// Whether the event began its present life under this key; an empty one is never matched.
  bool begun_under(const AdminKey& key) const { return !key.text.empty() && key == begun_under_; }

  /// The coupons given out, in the order of issue.
  const std::deque<Issue>& issues() const { return issues_; }
  /// The coupon of a ticket that won.
  const Issue& issue_of(TicketNumber ticket) const;
  /// The coupon of a user, or null.
  const Issue* issue_to(UserIndex user) const;

  /// Remembers the keys that a ticket's reservation, or its verdict, was answered under; an empty
  /// key is never matched.
  void remember_reservation(TicketNumber ticket, std::string_view key);
  void remember_verdict(TicketNumber ticket, std::string_view key);
  bool reserved_under(TicketNumber ticket, std::string_view key) const;
  bool judged_under(TicketNumber ticket, std::string_view key) const;

  /// Makes the next coupon, for a ticket that has just won `serial`; returns its record, whose
  /// message goes to `told_at`.
  CouponIssued issue(const ClaimVerdict& win, WallTime at, std::string_view key,
                     OutboxPosition told_at);

  /// Remembers that a ticket's claim is accepted; returns the record.
  ClaimAccepted accept(TicketNumber ticket, const UserRequest& request);
  bool has_accepted(TicketNumber ticket) const { return accepted_.at(ticket.value() - 1); }
  /// Takes the oldest accepted claim without a coupon; there is one.
  AcceptedClaim take_accepted();
  /// What a ticket's accepted claim is asked for by, and the other way round; unset when the id is
  /// of no accepted claim of this life.
  RequestId request_of(TicketNumber ticket) const;
  std::optional<TicketNumber> accepted_under(const RequestId& request) const;

  /// The coupon at a place in `issues`, 1-based, as its redemption sees it.
  CouponStanding standing_of(std::uint32_t issue) const;
  /// Spends an unspent coupon; returns the record, likewise.
  CouponRedeemed redeem(std::uint32_t issue, const OrderAmounts& amounts,
                        const RedemptionRequest& request, OutboxPosition told_at);
  /// What was answered to the same request under the same key before; null when nothing was.
  const OrderAmounts* redeemed_under(std::uint32_t issue, const RedemptionRequest& request) const;

  /// Gives the coupons in these groups from now on; false when the design has none. Before the
  /// reservations close.
  bool preload(const CouponGroups& groups);

  /// Applies a record of the ledger; an error says what it contradicts.
  std::expected<void, std::string> restore(const CouponsPreloaded& record);
  std::expected<void, std::string> restore(const ReservationGranted& record);
  std::expected<void, std::string> restore(const DrawFixed& record);
  std::expected<void, std::string> restore(const CouponIssued& record);
  std::expected<void, std::string> restore(const ClaimAccepted& record);
  std::expected<void, std::string> restore(const ClaimLost& record);
  std::expected<void, std::string> restore(const CouponRedeemed& record);

  /// Makes the roster final, whatever the clock says; false when it was already.
  bool close_reservations();
  bool reservations_closed() const { return reservations_closed_; }

  /// Windows that an administrator has moved.
  void move(const EventWindows& windows) { spec_.windows = windows; }

  /// How long claims have been open; below zero before.
  Duration since_open(WallTime now) const { return now - spec_.windows.claim_open; }

  WallTime decided_up_to;                      ///< the latest moment that the design has heard of
  Sequence verdicts_final;                     ///< a loss may be told once this is durable
  std::optional<DrawOutcome> unrecorded_draw;  ///< waits for its record to become durable
  std::optional<std::string> draw_failure;     ///< why this process has no draw
  std::vector<HeldClaim> held;
  /// Who wants to hear of accepted claims once they have coupons.
  std::unordered_map<TicketNumber, std::vector<StatusDone>> watchers;

 private:
  Discount discount_of(CouponSerial serial) const;
  void keep(Issue issue);
  void keep(const CouponRedeemed& record);
  void keep(AcceptedClaim claim);
  RequestPlace request_place(TicketNumber ticket) const {
    return {static_cast<std::uint64_t>(id_.value()), ticket.value()};
  }

  EventId id_;
  EventSpec spec_;
  EventSecrets secrets_;
  AdminKey begun_under_;
  CouponMint mint_;
  RequestMint request_mint_;
  Rush rush_;
  bool reservations_closed_ = false;
  std::deque<Issue> issues_;  ///< a deque: addresses stay
  std::deque<Redemption> redemptions_;
  std::deque<AcceptedClaim> without_coupon_;  ///< accepted, the oldest first
  std::uint32_t accepted_count_ = 0;
  std::vector<bool> accepted_;                  ///< by ticket − 1
  std::vector<std::uint32_t> issue_by_ticket_;  ///< 1-based place in issues_, 0: none
  // Keys as 64-bit hashes, 0 for none: a user who collides with their own key fools only
  // themselves.
  std::vector<std::uint64_t> reservation_keys_;
  std::vector<std::uint64_t> verdict_keys_;
};

}  // namespace fairrush::server
