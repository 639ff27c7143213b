#include "server/ledger/record.hpp"

namespace fairrush::server {

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
