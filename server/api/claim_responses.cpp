#include "server/api/claim_responses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "server/http/problem.hpp"

namespace fairrush::server {
namespace {

using Kind = ClaimStatus::Kind;
using std::chrono::seconds;

constexpr Duration kWaitMax = seconds(60);

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::waiting:
      return "QUEUED";
    case Kind::processing:
      return "PROCESSING";
    case Kind::completed:
      return "COMPLETED";
    case Kind::failed:
      break;
  }
  return "FAILED";
}

/// "coupon":"…","discount":10,"discount_type":"percent"
void write_coupon_members(std::string& out, const CouponCode& coupon, const Discount& discount) {
  fmt::format_to(std::back_inserter(out), R"("coupon":"{}","discount":{},"discount_type":"{}")",
                 coupon.view(), discount.value, server::name_of(discount.kind));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

void write_coupon(std::string& out, const CouponCode& coupon, const Discount& discount) {
  out += '{';
  write_coupon_members(out, coupon, discount);
  out += '}';
}

std::string status_document(const RequestId& request, const ClaimStatus& status) {
  std::string text =
      fmt::format(R"({{"request":"{}","status":"{}")", request.view(), name_of(status.kind));
  const auto out = std::back_inserter(text);
  if (status.kind == Kind::completed) {
    text += ',';
    write_coupon_members(text, status.coupon, status.discount);
  } else if (status.kind == Kind::failed) {
    fmt::format_to(out, R"(,"code":"{}","detail":"{}")", server::name_of(status.failure),
                   describe(status.failure));
  } else if (status.kind == Kind::waiting) {
    fmt::format_to(out, R"(,"position":{},"wait_ms":{})", status.place.position,
                   to_ms(status.place.wait));
  }
  return text + '}';
}

std::string status_event(const RequestId& request, const ClaimStatus& status) {
  return fmt::format("data: {}\n\n", status_document(request, status));
}

std::string error_event(ErrorCode why) {
  return fmt::format("event: error\ndata: {{\"code\":\"{}\",\"detail\":\"{}\"}}\n\n",
                     server::name_of(why), describe(why));
}

void set_claim_response(Response& response, const RequestId& request, const ClaimStatus& status) {
  if (status.kind == Kind::completed) {
    response.clear();
    write_coupon(response.body, status.coupon, status.discount);
  } else if (status.kind == Kind::failed) {
    set_problem(response, status.failure);
  } else {
    set_status_response(response, request, status);
    response.status = 202;
    response.location = fmt::format("/api/v1/claims/{}", request.view());
  }
}

void set_status_response(Response& response, const RequestId& request, const ClaimStatus& status) {
  response.clear();
  response.body = status_document(request, status);
  if (!status.is_final()) response.retry_after_seconds = retry_after_seconds(status.place.wait);
}

Duration preferred_wait(std::string_view prefer) {
  static constexpr std::string_view kWait = "wait=";
  while (!prefer.empty()) {
    const std::size_t end = std::min(prefer.find_first_of(",;"), prefer.size());
    const std::string_view preference = trimmed(prefer.substr(0, end));
    prefer.remove_prefix(std::min(end + 1, prefer.size()));
    if (!preference.starts_with(kWait)) continue;
    std::uint32_t wanted = 0;
    const std::string_view digits = preference.substr(kWait.size());
    const auto [last, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), wanted);
    if (error != std::errc{} || last != digits.data() + digits.size()) return {};
    return std::min<Duration>(seconds(wanted), kWaitMax);
  }
  return {};
}

bool accepts_events(std::string_view accept) {
  return accept.find(kEventStream) != std::string_view::npos;
}

std::uint32_t retry_after_seconds(Duration wait) {
  const auto whole = std::chrono::ceil<seconds>(wait).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole, 1, 86'400));
}

}  // namespace fairrush::server
