#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/domain/event.hpp"
#include "server/schedule/daily_rule.hpp"

namespace fairrush::server {

/// An event that an administrator wants; where it is a daily one, its windows are a day's to say.
struct EventRequest {
  EventSpec spec;
  std::optional<DailyRule> daily;
};

/// Reads the body of POST /events: {"event","coupons"} with {"reserve_open_ms","reserve_close_ms",
/// "claim_open_ms","claim_close_ms"} or {"daily":{"reserve","claim","time_zone"}}, and optionally
/// "design", "valid_ms", "min_amount", "discount_percent" or "discount_amount", "batch_ms" and
/// "waiting_ms". The design is one of `designs`, which the store runs. The error names the member,
/// its value and what is accepted.
std::expected<EventRequest, std::string> parse_event_request(
    std::string_view body, std::string_view default_design,
    std::span<const std::string_view> designs);

/// The same body with the design spelled out, whatever it left to a default.
std::string with_design(std::string_view body, std::string_view design);

/// Reads the body of POST /events/{e}/reset: the four *_ms members. Errors likewise.
std::expected<EventWindows, std::string> parse_reset_request(std::string_view body);

}  // namespace fairrush::server
