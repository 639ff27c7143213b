#include "server/designs/by_chance/blank_tickets.hpp"

#include <algorithm>

#include "server/designs/chance.hpp"

namespace fairrush::server {

BlankTickets::BlankTickets(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota), secret_(secrets.draw) {}

void BlankTickets::reservations_closed() {
  slips_ = Chance(secret_, "blank-tickets").order(roster_);
}

Decision BlankTickets::decide(TicketNumber, Duration) {
  const std::uint32_t slip = slips_.at(popped_++);
  if (slip > quota()) return {.kind = Decision::Kind::lost};
  ++won_;
  return {.kind = Decision::Kind::won, .serial = slip};
}

bool BlankTickets::recall(TicketNumber, CouponSerial serial) {
  if (serial > quota()) return false;
  ++won_;
  ++popped_;
  return true;
}

std::uint32_t BlankTickets::quota() const {
  return std::min(rule_.coupons(roster_), roster_);
}

}  // namespace fairrush::server
