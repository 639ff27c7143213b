#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "server/domain/event.hpp"

namespace fairrush::server {

/// Reads the body of POST /events: {"event","coupons","reserve_open_ms","reserve_close_ms",
/// "claim_open_ms","claim_close_ms"} and optionally "design", "valid_ms", "min_amount",
/// "discount_percent" or "discount_amount", "batch_ms" and "waiting_ms". The design is one of
/// `designs`, which the store runs. The error names the member, its value and what is accepted.
std::expected<EventSpec, std::string> parse_event_request(
    std::string_view body, std::string_view default_design,
    std::span<const std::string_view> designs);

/// Reads the body of POST /events/{e}/reset: the four *_ms members. Errors likewise.
std::expected<EventWindows, std::string> parse_reset_request(std::string_view body);

}  // namespace fairrush::server
