#pragma once

#include <cstdint>
#include <string_view>

namespace fairrush::server {

/// Why a request was not granted. The names are part of the HTTP contract.
enum class ErrorCode : std::uint8_t {
  bad_request,
  unauthorized,
  unknown_event,
  unknown_path,
  method_not_allowed,
  event_exists,
  event_is_daily,
  duplicated_reservation,
  not_in_active_time,
  not_reservation,
  already_claimed,
  sold_out,
  not_drawn,
  forbidden,
  not_yet_published,
  no_draw,
  no_coupon_groups,
  unknown_coupon,
  not_owned,
  already_used,
  not_yet_valid,
  coupon_expired,
  condition_not_met,
  request_timeout,
  body_too_large,
  header_too_large,
  roster_full,
  ledger_unavailable,
  store_unavailable,
  outcome_unknown,
  draw_failed,
  draining,
  unknown_request,
  rate_limited,
  overloaded,
  waited_too_long,
  internal_error,
};

/// What a client programs against: "NOT_IN_ACTIVE_TIME".
std::string_view name_of(ErrorCode code);

/// One sentence for a person.
std::string_view describe(ErrorCode code);

}  // namespace fairrush::server
