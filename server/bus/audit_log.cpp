#include "server/bus/audit_log.hpp"

#include <utility>

namespace fairrush::server {

void AuditLog::hear(const BusMessage& message, Handled handled) {
  keep(message);
  queue_.when_durable(queue_.append(AuditHeard{message}),
                      [handled = std::move(handled)](bool durable) {
                        if (durable) handled();
                      });
}

void AuditLog::keep(const BusMessage& message) {
  Heard& heard = heard_[message.event];
  heard.deliveries.push_back(message);
  if (message.type == BusMessage::Type::coupon_issued) heard.issued.insert(message.coupon);
}

const AuditLog::Heard& AuditLog::of(EventId event) const {
  static const Heard kNone;
  const auto found = heard_.find(event);
  return found == heard_.end() ? kNone : found->second;
}

const std::vector<BusMessage>& AuditLog::deliveries(EventId event) const {
  return of(event).deliveries;
}

std::size_t AuditLog::coupons(EventId event) const {
  return of(event).issued.size();
}

}  // namespace fairrush::server
