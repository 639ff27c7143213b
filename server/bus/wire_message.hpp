#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "server/bus/event_directory.hpp"
#include "server/domain/bus_message.hpp"

namespace fairrush::server {

/// A message as it travels over a broker, with nothing in it that only one ledger understands.
struct WireMessage {
  EventLabel event;
  BusMessage message;  ///< whose event is not set
};

/// The JSON object that a broker carries:
///
///     {"id":"coupon-issued:…","type":"coupon-issued","event":"spring","life":"0f…","user":7,
///      "coupon":"…","order":"o-1","position":12}
///
/// `order` stands only in "coupon-redeemed".
std::string wire_text(const BusMessage& message, const EventLabel& event);

/// Reads it back; members that it does not know are left alone. The error says what cannot be read.
std::expected<WireMessage, std::string> parse_wire_text(std::string_view text);

}  // namespace fairrush::server
