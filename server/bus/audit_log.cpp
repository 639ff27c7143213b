#include "server/bus/audit_log.hpp"

namespace fairrush::server {

void AuditLog::hear(const BusMessage& message) {
  AuditHeard record{message};
  restore(record);
  queue_.append(std::move(record));
}

void AuditLog::restore(const AuditHeard& record) {
  heard_[record.message.event].push_back(record.message);
}

const std::vector<BusMessage>& AuditLog::deliveries(EventId event) const {
  static const std::vector<BusMessage> kNone;
  const auto found = heard_.find(event);
  return found == heard_.end() ? kNone : found->second;
}

}  // namespace fairrush::server
