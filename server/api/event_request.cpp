#include "server/api/event_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <limits>
#include <span>
#include <vector>

#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;
using Error = std::unexpected<std::string>;

constexpr std::size_t kDepthMax = 4;
constexpr std::int64_t kUnixMsMax = 4'102'444'800'000;  // the year 2100

constexpr std::array<std::string_view, 4> kWindowMembers{"reserve_open_ms", "reserve_close_ms",
                                                         "claim_open_ms", "claim_close_ms"};
constexpr std::array<std::string_view, 3> kEventMembers{"event", "design", "coupons"};

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

const json::value* member(const json::object& object, std::string_view name) {
  return object.if_contains(json::string_view(name.data(), name.size()));
}

Error not_accepted(std::string_view name, const json::value* value, std::string_view accepted) {
  static constexpr std::size_t kShownMax = 80;
  std::string shown = value == nullptr ? std::string("nothing") : json::serialize(*value);
  if (shown.size() > kShownMax) shown = shown.substr(0, kShownMax) + "…";
  return Error(fmt::format("'{}' is {}: expected {}", name, shown, accepted));
}

std::expected<json::object, std::string> parse_object(std::string_view body) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(body.data(), body.size()), error, {}, options);
  if (error) return Error(fmt::format("the body is no JSON document: {}", error.message()));
  if (!value.is_object()) return Error("the body is no JSON object");
  return std::move(value.as_object());
}

std::expected<void, std::string> check_names(const json::object& object,
                                             std::span<const std::string_view> known) {
  for (const auto& pair : object) {
    if (std::ranges::find(known, view(pair.key())) != known.end()) continue;
    return not_accepted(view(pair.key()), &pair.value(),
                        fmt::format("only the members {}", fmt::join(known, ", ")));
  }
  return {};
}

std::expected<WallTime, std::string> parse_time(const json::object& object, std::string_view name) {
  const json::value* const value = member(object, name);
  const std::int64_t* const milliseconds = value == nullptr ? nullptr : value->if_int64();
  if (milliseconds == nullptr || *milliseconds < 0 || *milliseconds > kUnixMsMax) {
    return not_accepted(
        name, value,
        fmt::format("milliseconds since the Unix epoch, an integer of 0 to {}", kUnixMsMax));
  }
  return from_unix_ms(*milliseconds);
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
    if (auto rule = QuotaRule::parse(view(value->get_string()))) return *rule;
  }
  return not_accepted("coupons", value, kAccepted);
}

std::expected<std::string, std::string> parse_name(const json::object& object) {
  const json::value* const value = member(object, "event");
  if (value == nullptr || !value->is_string() || !is_event_name(view(value->get_string()))) {
    return not_accepted("event", value, "1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  return std::string(view(value->get_string()));
}

std::expected<std::string, std::string> parse_design(const json::object& object,
                                                     std::string_view fallback) {
  const json::value* const value = member(object, "design");
  if (value == nullptr) return std::string(fallback);
  if (value->is_string() && find_design(view(value->get_string())) != nullptr) {
    return std::string(view(value->get_string()));
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
  return EventSpec{std::move(*name), std::move(*design), *quota, *windows};
}

std::expected<EventWindows, std::string> parse_reset_request(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  if (const auto names = check_names(*object, kWindowMembers); !names) return Error(names.error());
  return parse_windows(*object);
}

}  // namespace fairrush::server
