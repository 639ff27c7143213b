#include "server/http/problem.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

#include "base/assert.hpp"
#include "server/http/pieces.hpp"

namespace fairrush::server {
namespace {

constexpr std::uint32_t kRetryAfterSeconds = 1;

struct StatusRow {
  unsigned status;
  std::string_view phrase;
};

constexpr std::array kStatuses{
    StatusRow{200, "OK"},
    StatusRow{201, "Created"},
    StatusRow{202, "Accepted"},
    StatusRow{400, "Bad Request"},
    StatusRow{401, "Unauthorized"},
    StatusRow{403, "Forbidden"},
    StatusRow{404, "Not Found"},
    StatusRow{405, "Method Not Allowed"},
    StatusRow{408, "Request Timeout"},
    StatusRow{409, "Conflict"},
    StatusRow{410, "Gone"},
    StatusRow{413, "Content Too Large"},
    StatusRow{422, "Unprocessable Content"},
    StatusRow{429, "Too Many Requests"},
    StatusRow{431, "Request Header Fields Too Large"},
    StatusRow{500, "Internal Server Error"},
    StatusRow{503, "Service Unavailable"},
};

}  // namespace

unsigned status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_request:
      return 400;
    case ErrorCode::unauthorized:
      return 401;
    case ErrorCode::not_in_active_time:
    case ErrorCode::not_reservation:
    case ErrorCode::not_owned:
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::unknown_event:
    case ErrorCode::unknown_path:
    case ErrorCode::no_draw:
    case ErrorCode::unknown_coupon:
    case ErrorCode::unknown_request:
      return 404;
    case ErrorCode::method_not_allowed:
      return 405;
    case ErrorCode::request_timeout:
      return 408;
    case ErrorCode::event_exists:
    case ErrorCode::event_is_daily:
    case ErrorCode::duplicated_reservation:
    case ErrorCode::already_claimed:
    case ErrorCode::not_yet_published:
    case ErrorCode::already_used:
      return 409;
    case ErrorCode::sold_out:
    case ErrorCode::not_drawn:
      return 410;
    case ErrorCode::body_too_large:
      return 413;
    case ErrorCode::header_too_large:
      return 431;
    case ErrorCode::not_yet_valid:
    case ErrorCode::coupon_expired:
    case ErrorCode::condition_not_met:
    case ErrorCode::no_coupon_groups:
      return 422;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::internal_error:
      return 500;
    case ErrorCode::roster_full:
    case ErrorCode::ledger_unavailable:
    case ErrorCode::store_unavailable:
    case ErrorCode::outcome_unknown:
    case ErrorCode::draw_failed:
    case ErrorCode::draining:
    case ErrorCode::overloaded:
    case ErrorCode::waited_too_long:
      return 503;
  }
  return 500;
}

std::string_view phrase_of(unsigned status) {
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return row.phrase;
  }
  FAIRRUSH_ASSERT(false);
}

void set_problem(Response& response, ErrorCode code, std::string_view detail,
                 std::string_view members) {
  const unsigned status = status_of(code);
  response.clear();
  response.status = status;
  response.content_type = kProblemJson;
  response.challenges = status == 401;
  if (status == 503 || status == 429) response.retry_after_seconds = kRetryAfterSeconds;
  append(response.body,
         {R"({"type":"about:blank","title":")", phrase_of(status), R"(","status":)",
          digits(fmt::format_int(status)), R"(,"code":")", name_of(code), R"(","detail":)"});
  if (detail.empty()) {
    append(response.body, {"\"", describe(code), "\"", members, "}"});
  } else {
    append(response.body,
           {boost::json::serialize(boost::json::string_view(detail.data(), detail.size())), members,
            "}"});
  }
}

}  // namespace fairrush::server
