#include "server/domain/error.hpp"

#include <array>

#include "base/assert.hpp"

namespace fairrush::server {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  std::string_view description;
};

constexpr std::array kRows{
    Row{ErrorCode::bad_request, "BAD_REQUEST", "The request is not well-formed."},
    Row{ErrorCode::unauthorized, "UNAUTHORIZED", "The request carries no valid credentials."},
    Row{ErrorCode::unknown_event, "UNKNOWN_EVENT", "There is no event of this name."},
    Row{ErrorCode::unknown_path, "UNKNOWN_PATH", "There is nothing at this path."},
    Row{ErrorCode::method_not_allowed, "METHOD_NOT_ALLOWED",
        "The path exists, but not for this method."},
    Row{ErrorCode::event_exists, "EVENT_EXISTS", "An event of this name exists already."},
    Row{ErrorCode::event_is_daily, "EVENT_IS_DAILY",
        "A daily event begins anew by itself, under a name of its own every day."},
    Row{ErrorCode::duplicated_reservation, "ERROR_DUPLICATED_RESERVATION",
        "This user holds a reservation already."},
    Row{ErrorCode::not_in_active_time, "NOT_IN_ACTIVE_TIME",
        "The window for this request is not open."},
    Row{ErrorCode::not_reservation, "NOT_RESERVATION", "This user holds no reservation."},
    Row{ErrorCode::already_claimed, "ALREADY_CLAIMED", "This user has been given a coupon before."},
    Row{ErrorCode::sold_out, "SOLD_OUT", "All coupons have been given out."},
    Row{ErrorCode::not_drawn, "NOT_DRAWN", "This user's ticket was not drawn."},
    Row{ErrorCode::forbidden, "FORBIDDEN", "This user may not claim."},
    Row{ErrorCode::not_yet_published, "NOT_YET_PUBLISHED",
        "This is published once reservations have closed and the draw is recorded."},
    Row{ErrorCode::no_draw, "NO_DRAW", "This event's design has no draw."},
    Row{ErrorCode::no_coupon_groups, "NO_COUPON_GROUPS",
        "This event's design gives coupons that are all alike."},
    Row{ErrorCode::unknown_coupon, "UNKNOWN_COUPON", "There is no coupon of this code."},
    Row{ErrorCode::not_owned, "NOT_OWNED", "This coupon belongs to another user."},
    Row{ErrorCode::already_used, "ALREADY_USED", "This coupon has been spent already."},
    Row{ErrorCode::not_yet_valid, "NOT_YET_VALID", "This coupon is not valid yet."},
    Row{ErrorCode::coupon_expired, "COUPON_EXPIRED", "This coupon is no longer valid."},
    Row{ErrorCode::condition_not_met, "CONDITION_NOT_MET",
        "The order does not meet the coupon's condition."},
    Row{ErrorCode::request_timeout, "REQUEST_TIMEOUT", "The request did not arrive in time."},
    Row{ErrorCode::body_too_large, "BODY_TOO_LARGE", "The body is longer than the server accepts."},
    Row{ErrorCode::header_too_large, "HEADER_TOO_LARGE",
        "The header is longer than the server accepts."},
    Row{ErrorCode::roster_full, "ROSTER_FULL", "The event takes no more reservations."},
    Row{ErrorCode::ledger_unavailable, "LEDGER_UNAVAILABLE",
        "The ledger cannot be written; nothing is granted until it can."},
    Row{ErrorCode::store_unavailable, "STORE_UNAVAILABLE",
        "The store that decides cannot be asked; nothing has happened."},
    Row{ErrorCode::outcome_unknown, "OUTCOME_UNKNOWN",
        "The store did not answer; it may have decided. Ask again under the same key."},
    Row{ErrorCode::draw_failed, "DRAW_FAILED",
        "The draw could not be computed; a restart of the server tries again."},
    Row{ErrorCode::draining, "DRAINING", "The server is shutting down."},
    Row{ErrorCode::unknown_request, "UNKNOWN_REQUEST",
        "There is no such request of this user; a claim that got no answer may be made again."},
    Row{ErrorCode::rate_limited, "RATE_LIMITED",
        "More requests come than are taken; nothing was decided."},
    Row{ErrorCode::overloaded, "OVERLOADED",
        "The server is busy with earlier requests; nothing was decided."},
    Row{ErrorCode::waited_too_long, "WAITED_TOO_LONG",
        "This request's turn came too late to be of use; nothing was decided."},
    Row{ErrorCode::internal_error, "INTERNAL_ERROR", "The server failed to handle the request."},
};

const Row& row_of(ErrorCode code) {
  const auto index = static_cast<std::size_t>(code);
  FAIRRUSH_ASSERT(index < kRows.size() && kRows.at(index).code == code);
  return kRows.at(index);
}

}  // namespace

std::string_view name_of(ErrorCode code) {
  return row_of(code).name;
}

std::string_view describe(ErrorCode code) {
  return row_of(code).description;
}

}  // namespace fairrush::server
