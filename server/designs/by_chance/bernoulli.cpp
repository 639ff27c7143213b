#include "server/designs/by_chance/bernoulli.hpp"

#include <algorithm>

namespace fairrush::server {

Bernoulli::Bernoulli(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota), chance_(secrets.draw, "bernoulli") {}

Decision Bernoulli::decide(TicketNumber ticket, Duration) {
  if (won_ == quota() || !coin_of(ticket)) return {.kind = Decision::Kind::lost};
  return {.kind = Decision::Kind::won, .serial = ++won_};
}

bool Bernoulli::recall(TicketNumber ticket, CouponSerial serial) {
  if (serial != won_ + 1 || serial > quota() || !coin_of(ticket)) return false;
  won_ = serial;
  return true;
}

std::uint32_t Bernoulli::quota() const {
  return std::min(rule_.coupons(roster_), roster_);
}

/// Whether the ticket would win if coupons never ran out: with probability quota / roster.
bool Bernoulli::coin_of(TicketNumber ticket) const {
  return chance_.below(roster_, ticket.value()) < quota();
}

}  // namespace fairrush::server
