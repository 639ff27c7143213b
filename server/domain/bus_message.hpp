#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "server/domain/coupon.hpp"
#include "server/domain/event.hpp"

namespace fairrush::server {

/// Place of a message in the outbox, 1-based, in the order of the facts it tells.
using OutboxPosition = StrongId<struct OutboxPositionTag, std::uint64_t>;

/// What the rest of a company hears about a coupon.
struct BusMessage {
  enum class Type : std::uint8_t { coupon_issued, coupon_redeemed };

  OutboxPosition position;
  EventId event;
  Type type = Type::coupon_issued;
  UserIndex user;
  CouponCode coupon;
  std::string order;  ///< that the coupon was spent on; empty unless redeemed

  bool operator==(const BusMessage&) const = default;
};

/// "coupon-issued".
std::string_view name_of(BusMessage::Type type);

/// The same for every delivery of a message and for no other message, on whatever server: made of
/// the type and the coupon's code. Consumers know repetitions by it.
std::string id_of(const BusMessage& message);

}  // namespace fairrush::server
