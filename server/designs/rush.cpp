#include "server/designs/rush.hpp"

#include <utility>

#include "base/assert.hpp"
#include "server/designs/designs.hpp"

namespace fairrush::server {
Rush::Rush(const EventSpec& spec, const EventSecrets& secrets)
    : Rush(secrets.salt, make_design(spec, secrets)) {}

Rush::Rush(ByteView salt, std::unique_ptr<Design> design)
    : roster_(salt), design_(std::move(design)) {}

ReservationGrant Rush::reserve(UserIndex user, std::string_view cohort) {
  using Kind = ReservationGrant::Kind;
  if (const auto ticket = roster_.ticket_of(user)) return {Kind::held_already, *ticket};
  FAIRRUSH_ASSERT(!closed_ || design_->admits_late());
  if (roster_.size() == Roster::kSizeMax) return {Kind::roster_full, TicketNumber()};
  const TicketNumber ticket = roster_.admit(user);
  verdicts_.push_back(kUndecided);
  design_->granted({ticket, user, cohort});
  return {Kind::granted, ticket};
}

void Rush::close_reservations() {
  if (!std::exchange(closed_, true)) design_->reservations_closed();
}

void Rush::draw_unpublished() {
  DrawingDesign* const drawing = design_->drawing();
  FAIRRUSH_ASSERT(closed_ && drawing != nullptr);
  drawing->adopt(drawing->draw_unpublished());
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

ClaimVerdict Rush::claim(UserIndex user, Duration since_open) {
  using Kind = ClaimVerdict::Kind;
  const ClaimVerdict known = verdict_of(user);
  if (known.kind != Kind::pending) return known;
  const auto next = design_->next_decision();
  FAIRRUSH_ASSERT(closed_ && (!next || since_open < *next));
  const Decision decision = design_->decide(known.ticket, since_open);
  if (decision.kind == Decision::Kind::pending) return known;
  if (decision.kind == Decision::Kind::refused) return {Kind::refused, known.ticket, 0};
  const bool won = decision.kind == Decision::Kind::won;
  verdicts_.at(known.ticket.value() - 1) = won ? decision.serial : kLost;
  return {won ? Kind::won : Kind::lost, known.ticket, decision.serial};
}

std::vector<TicketNumber> Rush::advance(Duration since_open) {
  return design_->advance(since_open);
}

bool Rush::recall(TicketNumber ticket, CouponSerial serial) {
  CouponSerial& verdict = verdicts_.at(ticket.value() - 1);
  if (verdict != kUndecided || !design_->recall(ticket, serial)) return false;
  verdict = serial;
  return true;
}

bool Rush::recall_accepted(TicketNumber ticket) {
  return verdicts_.at(ticket.value() - 1) == kUndecided && design_->recall_accepted(ticket);
}

bool Rush::recall_loss(TicketNumber ticket) {
  CouponSerial& verdict = verdicts_.at(ticket.value() - 1);
  if (verdict != kUndecided || !design_->records_losses()) return false;
  design_->recall_loss(ticket);
  verdict = kLost;
  return true;
}

}  // namespace fairrush::server
