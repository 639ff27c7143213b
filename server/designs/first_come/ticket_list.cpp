#include "server/designs/first_come/ticket_list.hpp"

namespace fairrush::server {

TicketList::TicketList(const EventSpec& spec, const EventSecrets&)
    : rule_(spec.quota), minted_(rule_.coupons(0)) {}

void TicketList::granted(const Holder& holder) {
  minted_ = rule_.coupons(holder.ticket.value());
}

Decision TicketList::decide(TicketNumber, Duration) {
  if (popped_ == minted_) return {.kind = Decision::Kind::lost};
  return {.kind = Decision::Kind::won, .serial = ++popped_};
}

bool TicketList::recall(TicketNumber, CouponSerial serial) {
  if (serial != popped_ + 1 || serial > minted_) return false;
  popped_ = serial;
  return true;
}

}  // namespace fairrush::server
