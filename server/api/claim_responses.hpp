#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/exchange.hpp"
#include "server/service/coupon_service.hpp"

namespace fairrush::server {

/// Appends what a winner hears: the coupon and what it takes off.
void write_coupon(std::string& out, const CouponCode& coupon, const Discount& discount);

/// What this server says of an accepted claim. Pure.

/// {"request","status"} and what goes with the status: "coupon" and "discount", "code" and
/// "detail", or "position" and "wait_ms".
std::string status_document(const RequestId& request, const ClaimStatus& status);

/// The document as one event of a stream (text/event-stream).
std::string status_event(const RequestId& request, const ClaimStatus& status);

/// Why a stream ends without an outcome, as an event named "error".
std::string error_event(ErrorCode why);

/// Answers a claim: with its outcome if it has one, as if it had been decided at once; else 202
/// with the document and where to ask further.
void set_claim_response(Response& response, const RequestId& request, const ClaimStatus& status);

/// Answers the question for a claim's status.
void set_status_response(Response& response, const RequestId& request, const ClaimStatus& status);

/// How long a client asks to be waited for ("Prefer: wait=10", RFC 7240), at most a minute; zero
/// when it does not.
Duration preferred_wait(std::string_view prefer);

/// Whether the client asks for a stream of events.
bool accepts_events(std::string_view accept);

/// Whole seconds for Retry-After, at least one.
std::uint32_t retry_after_seconds(Duration wait);

}  // namespace fairrush::server
