#include "server/designs/rush.hpp"

#include "base/assert.hpp"
#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

std::unique_ptr<Design> make_design(const EventSpec& spec, const EventSecrets& secrets) {
  const DesignRow* const row = find_design(spec.design);
  FAIRRUSH_ASSERT(row != nullptr);
  return row->make(spec, secrets);
}

}  // namespace

Rush::Rush(const EventSpec& spec, const EventSecrets& secrets)
    : roster_(secrets.salt), design_(make_design(spec, secrets)) {}

ReservationGrant Rush::reserve(UserIndex user) {
  using Kind = ReservationGrant::Kind;
  if (const auto ticket = roster_.ticket_of(user)) return {Kind::held_already, *ticket};
  if (roster_.size() == Roster::kSizeMax) return {Kind::roster_full, TicketNumber()};
  const TicketNumber ticket = roster_.admit(user);
  verdicts_.push_back(kUndecided);
  design_->granted(ticket);
  return {Kind::granted, ticket};
}

ClaimVerdict Rush::verdict_of(UserIndex user) const {
  using Kind = ClaimVerdict::Kind;
  const auto ticket = roster_.ticket_of(user);
  if (!ticket) return {Kind::not_reserved, TicketNumber(), 0};
  const CouponSerial verdict = verdicts_.at(ticket->value() - 1);
  if (verdict == kUndecided) return {Kind::pending, *ticket, 0};
  if (verdict == kLost) return {Kind::lost, *ticket, 0};
  return {Kind::won_before, *ticket, verdict};
}

ClaimVerdict Rush::claim(UserIndex user) {
  using Kind = ClaimVerdict::Kind;
  const ClaimVerdict known = verdict_of(user);
  if (known.kind != Kind::pending) return known;
  const Decision decision = design_->decide(known.ticket);
  if (decision.kind == Decision::Kind::pending) return known;
  const bool won = decision.kind == Decision::Kind::won;
  verdicts_.at(known.ticket.value() - 1) = won ? decision.serial : kLost;
  return {won ? Kind::won : Kind::lost, known.ticket, decision.serial};
}

bool Rush::recall(TicketNumber ticket, CouponSerial serial) {
  CouponSerial& verdict = verdicts_.at(ticket.value() - 1);
  if (verdict != kUndecided || !design_->recall(ticket, serial)) return false;
  verdict = serial;
  return true;
}

}  // namespace fairrush::server
