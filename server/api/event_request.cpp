#include "server/api/event_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "server/api/json_request.hpp"
#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;
using Error = std::unexpected<std::string>;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 4> kWindowMembers{"reserve_open_ms", "reserve_close_ms",
                                                         "claim_open_ms", "claim_close_ms"};
constexpr std::array<std::string_view, 6> kEventMembers{
    "event", "design", "coupons", "valid_ms", "min_amount", "discount_percent"};

constexpr IntegerRange kUnixMs{0, 4'102'444'800'000};   // the year 2100
constexpr IntegerRange kValidMs{1, 3'155'760'000'000};  // a hundred years
constexpr IntegerRange kPercent{1, 100};

std::expected<WallTime, std::string> parse_time(const json::object& object, std::string_view name) {
  const auto milliseconds =
      integer_member(object, name, kUnixMs, "milliseconds since the Unix epoch");
  if (!milliseconds) return Error(milliseconds.error());
  return from_unix_ms(*milliseconds);
}

std::expected<CouponTerms, std::string> parse_terms(const json::object& object) {
  CouponTerms terms;
  if (member(object, "valid_ms") != nullptr) {
    const auto valid = integer_member(object, "valid_ms", kValidMs, "milliseconds");
    if (!valid) return Error(valid.error());
    terms.valid_for = milliseconds(*valid);
  }
  if (member(object, "min_amount") != nullptr) {
    const auto least = integer_member(object, "min_amount", {0, kAmountMax.minor}, "an amount");
    if (!least) return Error(least.error());
    terms.amount_min = Amount{*least};
  }
  if (member(object, "discount_percent") != nullptr) {
    const auto percent = integer_member(object, "discount_percent", kPercent, "per cent");
    if (!percent) return Error(percent.error());
    terms.discount_percent = static_cast<unsigned>(*percent);
  }
  return terms;
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
                                                     std::string_view fallback) {
  const json::value* const value = member(object, "design");
  if (value == nullptr) return std::string(fallback);
  if (value->is_string() && find_design(text_of(value->get_string())) != nullptr) {
    return std::string(text_of(value->get_string()));
  }
  std::vector<std::string_view> names;
  for (const DesignRow& row : designs()) names.push_back(row.name);
  return not_accepted("design", value, fmt::format("one of {}", fmt::join(names, ", ")));
}

}  // namespace

std::expected<EventSpec, std::string> parse_event_request(std::string_view body,
                                                          std::string_view default_design) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  std::vector<std::string_view> known(kEventMembers.begin(), kEventMembers.end());
  known.insert(known.end(), kWindowMembers.begin(), kWindowMembers.end());
  if (const auto names = check_names(*object, known); !names) return Error(names.error());
  auto name = parse_name(*object);
  if (!name) return Error(name.error());
  auto design = parse_design(*object, default_design);
  if (!design) return Error(design.error());
  const auto quota = parse_quota(*object);
  if (!quota) return Error(quota.error());
  const auto windows = parse_windows(*object);
  if (!windows) return Error(windows.error());
  const auto terms = parse_terms(*object);
  if (!terms) return Error(terms.error());
  return EventSpec{std::move(*name), std::move(*design), *quota, *windows, *terms};
}

std::expected<EventWindows, std::string> parse_reset_request(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  if (const auto names = check_names(*object, kWindowMembers); !names) return Error(names.error());
  return parse_windows(*object);
}

}  // namespace fairrush::server
