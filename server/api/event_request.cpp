#include "server/api/event_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>
#include <limits>
#include <vector>

#include "base/assert.hpp"
#include "server/api/json_request.hpp"
#include "server/schedule/daily_events.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;
using Error = std::unexpected<std::string>;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 4> kWindowMembers{"reserve_open_ms", "reserve_close_ms",
                                                         "claim_open_ms", "claim_close_ms"};
constexpr std::array<std::string_view, 10> kEventMembers{
    "event",           "design",   "coupons",    "valid_ms", "min_amount", "discount_percent",
    "discount_amount", "batch_ms", "waiting_ms", "daily"};
constexpr std::array<std::string_view, 3> kDailyMembers{"reserve", "claim", "time_zone"};

constexpr IntegerRange kUnixMs{0, 4'102'444'800'000};   // the year 2100
constexpr IntegerRange kValidMs{1, 3'155'760'000'000};  // a hundred years
constexpr IntegerRange kPercent{1, 100};
constexpr IntegerRange kBatchMs{1, 60'000};
constexpr IntegerRange kWaitingMs{0, 3'600'000};

std::expected<WallTime, std::string> parse_time(const json::object& object, std::string_view name) {
  const auto milliseconds =
      integer_member(object, name, kUnixMs, "milliseconds since the Unix epoch");
  if (!milliseconds) return Error(milliseconds.error());
  return from_unix_ms(*milliseconds);
}

/// A member that may be missing, then `otherwise`.
std::expected<std::int64_t, std::string> optional_integer(const json::object& object,
                                                          std::string_view name, IntegerRange range,
                                                          std::int64_t otherwise) {
  if (member(object, name) == nullptr) return otherwise;
  return integer_member(object, name, range, "a quantity");
}

/// A percentage or an amount, not both; neither: the usual one.
std::expected<Discount, std::string> parse_discount(const json::object& object) {
  const bool fixed = member(object, "discount_amount") != nullptr;
  if (fixed && member(object, "discount_percent") != nullptr) {
    return Error("'discount_percent' and 'discount_amount' are both there: expected one of them");
  }
  if (fixed) {
    const auto amount = integer_member(object, "discount_amount", {1, kAmountMax.minor},
                                       "an amount in the currency's smallest unit");
    if (!amount) return Error(amount.error());
    return Discount{Discount::Kind::fixed, *amount};
  }
  const auto percent = optional_integer(object, "discount_percent", kPercent, Discount().value);
  if (!percent) return Error(percent.error());
  return Discount{Discount::Kind::percent, *percent};
}

std::expected<CouponTerms, std::string> parse_terms(const json::object& object) {
  const CouponTerms usual;
  const auto valid = optional_integer(object, "valid_ms", kValidMs, to_ms(usual.valid_for));
  if (!valid) return Error(valid.error());
  const auto amount =
      optional_integer(object, "min_amount", {0, kAmountMax.minor}, usual.amount_min.minor);
  if (!amount) return Error(amount.error());
  const auto discount = parse_discount(object);
  if (!discount) return Error(discount.error());
  return CouponTerms{
      .valid_for = milliseconds(*valid), .amount_min = Amount{*amount}, .discount = *discount};
}

std::expected<Pacing, std::string> parse_pacing(const json::object& object) {
  const Pacing usual;
  const auto batch = optional_integer(object, "batch_ms", kBatchMs, to_ms(usual.batch));
  if (!batch) return Error(batch.error());
  const auto waiting = optional_integer(object, "waiting_ms", kWaitingMs, to_ms(usual.waiting));
  if (!waiting) return Error(waiting.error());
  return Pacing{.batch = milliseconds(*batch), .waiting = milliseconds(*waiting)};
}

std::expected<EventWindows, std::string> parse_windows(const json::object& object) {
  std::array<WallTime, kWindowMembers.size()> times;
  for (std::size_t index = 0; index < times.size(); ++index) {
    const auto time = parse_time(object, kWindowMembers.at(index));
    if (!time) return Error(time.error());
    times.at(index) = *time;
  }
  const EventWindows windows{times[0], times[1], times[2], times[3]};
  if (const auto order = check_order(windows); !order) return Error(order.error());
  return windows;
}

std::expected<DailyRule, std::string> parse_daily(const json::object& object) {
  const json::value* const value = member(object, "daily");
  if (!value->is_object()) return not_accepted("daily", value, "an object");
  const json::object& rule = value->get_object();
  if (const auto names = check_names(rule, kDailyMembers); !names) return Error(names.error());
  for (const std::string_view name : kWindowMembers) {
    if (const json::value* const one = member(object, name)) {
      return not_accepted(name, one, "no such member beside daily");
    }
  }
  std::array<std::string_view, kDailyMembers.size()> texts;
  for (std::size_t index = 0; index < texts.size(); ++index) {
    const json::value* const text = member(rule, kDailyMembers.at(index));
    if (text == nullptr || !text->is_string()) {
      return not_accepted("daily." + std::string(kDailyMembers.at(index)), text, "a text");
    }
    texts.at(index) = text_of(text->get_string());
  }
  return DailyRule::parse(texts[0], texts[1], texts[2]);
}

std::expected<QuotaRule, std::string> parse_quota(const json::object& object) {
  static constexpr std::string_view kAccepted =
      "a share such as \"20%\", or a number of 0 to 4294967295";
  const json::value* const value = member(object, "coupons");
  if (value != nullptr && value->is_int64()) {
    const std::int64_t count = value->get_int64();
    if (count >= 0 && count <= std::numeric_limits<std::uint32_t>::max()) {
      return QuotaRule::of_count(static_cast<std::uint32_t>(count));
    }
  } else if (value != nullptr && value->is_string()) {
    if (auto rule = QuotaRule::parse(text_of(value->get_string()))) return *rule;
  }
  return not_accepted("coupons", value, kAccepted);
}

std::expected<std::string, std::string> parse_name(const json::object& object) {
  const json::value* const value = member(object, "event");
  if (value == nullptr || !value->is_string() || !is_event_name(text_of(value->get_string()))) {
    return not_accepted("event", value, "1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  return std::string(text_of(value->get_string()));
}

std::expected<std::string, std::string> parse_design(const json::object& object,
                                                     std::string_view fallback,
                                                     std::span<const std::string_view> designs) {
  const json::value* const value = member(object, "design");
  if (value == nullptr) return std::string(fallback);
  const auto named =
      value->is_string() ? std::ranges::find(designs, text_of(value->get_string())) : designs.end();
  if (named != designs.end()) return std::string(*named);
  return not_accepted("design", value,
                      fmt::format("one that runs on this store: {}", fmt::join(designs, ", ")));
}

}  // namespace

std::expected<EventRequest, std::string> parse_event_request(
    std::string_view body, std::string_view default_design,
    std::span<const std::string_view> designs) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  std::vector<std::string_view> known(kEventMembers.begin(), kEventMembers.end());
  known.insert(known.end(), kWindowMembers.begin(), kWindowMembers.end());
  if (const auto names = check_names(*object, known); !names) return Error(names.error());
  auto name = parse_name(*object);
  if (!name) return Error(name.error());
  auto design = parse_design(*object, default_design, designs);
  if (!design) return Error(design.error());
  const auto quota = parse_quota(*object);
  if (!quota) return Error(quota.error());
  EventRequest request;
  if (member(*object, "daily") != nullptr) {
    auto rule = parse_daily(*object);
    if (!rule) return Error(rule.error());
    request.daily = std::move(*rule);
    if (!DailyEvents::is_name(*name)) {
      return not_accepted("event", member(*object, "event"),
                          "at most 55 characters of a daily one");
    }
  } else if (const auto windows = parse_windows(*object); windows) {
    request.spec.windows = *windows;
  } else {
    return Error(windows.error());
  }
  const auto terms = parse_terms(*object);
  if (!terms) return Error(terms.error());
  const auto pacing = parse_pacing(*object);
  if (!pacing) return Error(pacing.error());
  request.spec = {std::move(*name), std::move(*design), *quota, request.spec.windows, *terms,
                  *pacing};
  return request;
}

std::string with_design(std::string_view body, std::string_view design) {
  auto object = parse_object(body);
  FAIRRUSH_ASSERT(object);
  (*object)["design"] = json::string_view(design.data(), design.size());
  return json::serialize(*object);
}

std::expected<EventWindows, std::string> parse_reset_request(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  if (const auto names = check_names(*object, kWindowMembers); !names) return Error(names.error());
  return parse_windows(*object);
}

}  // namespace fairrush::server
