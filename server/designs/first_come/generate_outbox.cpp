#include "server/designs/first_come/generate_outbox.hpp"

namespace fairrush::server {

GenerateOutbox::GenerateOutbox(const EventSpec& spec, const EventSecrets&)
    : rule_(spec.quota), quota_(rule_.coupons(0)) {}

void GenerateOutbox::granted(const Holder& holder) {
  quota_ = rule_.coupons(holder.ticket.value());
}

Decision GenerateOutbox::decide(TicketNumber, Duration) {
  if (made_ == quota_) return {.kind = Decision::Kind::lost};
  return {.kind = Decision::Kind::won, .serial = ++made_};
}

bool GenerateOutbox::recall(TicketNumber, CouponSerial serial) {
  if (serial != made_ + 1 || serial > quota_) return false;
  made_ = serial;
  return true;
}

}  // namespace fairrush::server
