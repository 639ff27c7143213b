#include "server/faults/faulty_service.hpp"

#include <utility>

namespace fairrush::server {

void FaultyService::after(Duration wait, const LiveEvent& event, ClaimDone done, Step step) {
  delay_(wait, [this, life = life_of(event), done = std::move(done), step = std::move(step)] {
    LiveEvent* const alive_event = alive(life);
    if (alive_event == nullptr) return done(refused(ErrorCode::not_in_active_time));
    if (!accepts()) return done(refused(ErrorCode::ledger_unavailable));
    step(*alive_event, done);
  });
}

ClaimAnswer FaultyService::give(LiveEvent& event, const UserRequest& request) {
  const TicketNumber ticket = ticket_of(event, request.user);
  const CouponSerial serial = list_of(event).next_serial();
  event.rush().recall(ticket, serial);  // false for a second coupon: its first verdict stays
  return issue(event, {ClaimVerdict::Kind::won, ticket, serial}, request);
}

ClaimAnswer FaultyService::turn_away(LiveEvent& event, const UserRequest& request) {
  const TicketNumber ticket = ticket_of(event, request.user);
  if (event.rush().recall_loss(ticket)) {
    return note_loss(event, {ClaimVerdict::Kind::lost, ticket, 0}, request.idempotency_key);
  }
  return verdict_again(event, event.rush().verdict_of(request.user), request.idempotency_key);
}

ClaimAnswer FaultyService::take_or_turn_away(LiveEvent& event, const UserRequest& request) {
  NaiveList& list = list_of(event);
  if (list.stock() <= 0) return turn_away(event, request);
  list.take();
  return give(event, request);
}

}  // namespace fairrush::server
