#include "server/ledger/record.hpp"

namespace fairrush::server {
namespace {

struct EventOf {
  template <class Record>
  EventId operator()(const Record& record) const {
    return record.event;
  }
  EventId operator()(const EventCreated&) const { return {}; }
  EventId operator()(const EventReset&) const { return {}; }
  EventId operator()(const DailyEventSet&) const { return {}; }
  EventId operator()(const BusMessage&) const { return {}; }
  EventId operator()(const OutboxPublished&) const { return {}; }
  EventId operator()(const AuditHeard&) const { return {}; }
};

}  // namespace

bool concerns(const LedgerRecord& record, EventId event) {
  return std::visit(EventOf{}, record) == event;
}

BusMessage message_of(const CouponIssued& fact) {
  return {.position = fact.told_at,
          .event = fact.event,
          .type = BusMessage::Type::coupon_issued,
          .user = fact.user,
          .coupon = fact.code,
          .order = {}};
}

BusMessage message_of(const CouponRedeemed& fact) {
  return {.position = fact.told_at,
          .event = fact.event,
          .type = BusMessage::Type::coupon_redeemed,
          .user = fact.user,
          .coupon = fact.code,
          .order = fact.order};
}

}  // namespace fairrush::server
