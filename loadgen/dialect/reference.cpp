#include "loadgen/dialect/reference.hpp"

#include <array>
#include <cstddef>

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kHeaders =
    R"(["X-User-ID: {user}", "User-Agent: fairrush/{cohort}", "Idempotency-Key: {idempotency}"])";
constexpr std::string_view kHeadersSigned =
    R"(["Authorization: Bearer {token}", "User-Agent: fairrush/{cohort}",
        "Idempotency-Key: {idempotency}"])";
constexpr std::string_view kWalletHeaders =
    R"(["X-User-ID: {user}", "User-Agent: fairrush/{cohort}"])";
constexpr std::string_view kWalletHeadersSigned =
    R"(["Authorization: Bearer {token}", "User-Agent: fairrush/{cohort}"])";

constexpr auto kRequests = std::to_array<ReferenceRequest>({
    {"reserve", Errand::reserve, "POST", "/api/v1/events/{event}/reservations", kHeaders,
     kHeadersSigned, "",
     R"([{ status = 201, means = "accepted", receipt = "/token" },
         { status = 409, json = { "/code" = "ERROR_DUPLICATED_RESERVATION" }, means = "refusal",
           reason = "duplicate_reservation", receipt = "/token" }])"},
    {"claim", Errand::claim, "POST", "/api/v1/events/{event}/claims", kHeaders, kHeadersSigned, "",
     R"([{ status = 200, means = "win", receipt = "/coupon" },
         { status = 202, means = "pending", receipt = "/request" },
         { status = 409, json = { "/code" = "ALREADY_CLAIMED" }, means = "refusal",
           reason = "already_claimed", receipt = "/coupon" },
         { status = 410, json = { "/code" = "SOLD_OUT" }, means = "loss", reason = "sold_out" },
         { status = 410, json = { "/code" = "NOT_DRAWN" }, means = "loss", reason = "not_drawn" },
         { status = 403, json = { "/code" = "NOT_RESERVATION" }, means = "refusal",
           reason = "not_reserved" }])"},
    {"redeem", Errand::redeem, "POST", "/api/v1/orders/order-{idempotency}/apply-coupon", kHeaders,
     kHeadersSigned, R"({"coupon":"{coupon}","amount":10000})",
     R"([{ status = 200, means = "accepted", receipt = "/coupon" },
         { status = 409, json = { "/code" = "ALREADY_USED" }, means = "refusal",
           reason = "already_used" },
         { status = 403, json = { "/code" = "NOT_OWNED" }, means = "refusal",
           reason = "not_owned" },
         { status = 404, json = { "/code" = "UNKNOWN_COUPON" }, means = "refusal",
           reason = "unknown_coupon" },
         { status = 422,
           json = { "/code" = { matches = "^(CONDITION_NOT_MET|COUPON_EXPIRED|NOT_YET_VALID)$" } },
           means = "refusal", reason = "condition_not_met" }])"},
    {"status", Errand::status, "GET", "/api/v1/users/me/coupons?event={event}", kWalletHeaders,
     kWalletHeadersSigned, "",
     R"([{ status = 200, means = "accepted",
           receipt = { list = "/coupons", json = "/coupon",
                       where = { "/event" = "{event}" } } }])"},
    {"outcome", Errand::outcome, "GET", "/api/v1/claims/{pending}", kWalletHeaders,
     kWalletHeadersSigned, "",
     R"([{ status = 200, json = { "/status" = "COMPLETED" }, means = "win", receipt = "/coupon" },
         { status = 200, json = { "/code" = "SOLD_OUT" }, means = "loss", reason = "sold_out" },
         { status = 200, json = { "/code" = "NOT_DRAWN" }, means = "loss", reason = "not_drawn" },
         { status = 200, json = { "/code" = "ALREADY_CLAIMED" }, means = "refusal",
           reason = "already_claimed" },
         { status = 200, json = { "/code" = "NOT_RESERVATION" }, means = "refusal",
           reason = "not_reserved" },
         { status = 200, json = { "/code" = "NOT_IN_ACTIVE_TIME" }, means = "refusal",
           reason = "outside_window" },
         { status = 200,
           json = { "/code" = { matches = "^(OVERLOADED|WAITED_TOO_LONG|RATE_LIMITED)$" } },
           means = "refusal", reason = "overloaded" },
         { status = 200, json = { "/status" = { matches = "^(PROCESSING|QUEUED)$" } },
           means = "pending" },
         { status = [429, 503], means = "pending" }])"},
});

constexpr bool in_order() {
  for (std::size_t index = 0; index < kRequests.size(); ++index) {
    if (static_cast<std::size_t>(kRequests[index].errand) != index) return false;
  }
  return true;
}
static_assert(in_order(), "a request is found by the number of its errand");

}  // namespace

const ReferenceRequest& reference_request(Errand errand) {
  return kRequests[static_cast<std::size_t>(errand)];
}

std::string_view reference_answers_common() {
  return R"([
    { status = [429, 503],
      json = { "/code" = { matches = "^(OVERLOADED|WAITED_TOO_LONG|RATE_LIMITED|DRAINING)$" } },
      means = "refusal", reason = "overloaded" },
    { status = 503, json = { "/code" = "STORE_UNAVAILABLE" }, means = "refusal",
      reason = "overloaded" },
    { status = 404, json = { "/code" = "UNKNOWN_EVENT" }, means = "refusal",
      reason = "unknown_event" },
    { status = 403, json = { "/code" = "NOT_IN_ACTIVE_TIME" }, means = "refusal",
      reason = "outside_window" }])";
}

std::string_view outcomes_without_rule() {
  return R"([{ means = "indeterminate", reason = "unmatched" }])";
}

std::string_view answers_without_rule() {
  return R"([
    { status = [429, "500-599"], means = "indeterminate", reason = "server_error" },
    { status = 401, means = "refusal", reason = "unauthorized" },
    { status = [400, "413-415", 422, 431], means = "refusal", reason = "bad_request" },
    { status = "403-405", means = "refusal", reason = "other" },
    { status = "400-499", means = "indeterminate", reason = "server_error" },
    { status = "300-399", means = "indeterminate", reason = "redirected" },
    { means = "indeterminate", reason = "unmatched" }])";
}

}  // namespace fairrush::loadgen
