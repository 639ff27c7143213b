#include "server/domain/bus_message.hpp"

#include <fmt/format.h>

namespace fairrush::server {

std::string_view name_of(BusMessage::Type type) {
  return type == BusMessage::Type::coupon_issued ? "coupon-issued" : "coupon-redeemed";
}

std::string id_of(const BusMessage& message) {
  return fmt::format("{}:{}", name_of(message.type), message.coupon.view());
}

}  // namespace fairrush::server
