#include "server/api/preload_request.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "server/api/json_request.hpp"
#include "server/domain/event.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;
using Error = std::unexpected<std::string>;

constexpr std::array<std::string_view, 1> kBodyMembers{"groups"};
constexpr std::array<std::string_view, 4> kGroupMembers{"name", "type", "discount", "allocation"};

/// Digits alone; at most 100.
std::optional<std::uint32_t> small_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > 100) return std::nullopt;
  return number;
}

/// "33%", "33.3%" or "33.33%".
std::optional<Allocation> parse_allocation(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  const std::size_t point = text.find('.');
  const auto whole = small_number(text.substr(0, point));
  std::string decimals(point == std::string_view::npos ? "0" : text.substr(point + 1));
  if (decimals.empty() || decimals.size() > 2) return std::nullopt;
  decimals.resize(2, '0');
  const auto part = small_number(decimals);
  if (!whole || !part) return std::nullopt;
  const std::uint32_t hundredths = *whole * 100 + *part;
  if (hundredths > kWhole.value()) return std::nullopt;
  return Allocation(hundredths);
}

/// The text of a member; unset when it is none.
std::optional<std::string_view> text_member(const json::object& object, std::string_view name) {
  const json::value* const value = member(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return text_of(value->get_string());
}

std::expected<CouponGroup, std::string> parse_group(const json::object& object) {
  if (const auto names = check_names(object, kGroupMembers); !names) return Error(names.error());
  const auto name = text_member(object, "name");
  if (!name || !is_event_name(*name)) {
    return not_accepted("name", member(object, "name"), "1 to 64 characters of A-Z a-z 0-9 . _ -");
  }
  const auto type = text_member(object, "type");
  if (!type || (*type != "percent" && *type != "fixed")) {
    return not_accepted("type", member(object, "type"), "\"percent\" or \"fixed\"");
  }
  const auto value = integer_member(object, "discount", {1, kAmountMax.minor},
                                    "a percentage, or an amount in the currency's smallest unit");
  if (!value) return Error(value.error());
  const auto discount = make_discount(*type, *value);
  if (!discount) return Error("'discount' is " + discount.error());
  const auto allocation = parse_allocation(text_member(object, "allocation").value_or(""));
  if (!allocation) {
    return not_accepted("allocation", member(object, "allocation"),
                        "a percentage of at most two decimals, such as \"33.33%\"");
  }
  return CouponGroup{std::string(*name), *discount, *allocation};
}

}  // namespace

std::expected<CouponGroups, std::string> parse_preload_request(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return Error(object.error());
  if (const auto names = check_names(*object, kBodyMembers); !names) return Error(names.error());
  const json::value* const list = member(*object, "groups");
  if (list == nullptr || !list->is_array()) return not_accepted("groups", list, "a list of groups");
  CouponGroups groups;
  for (const json::value& entry : list->get_array()) {
    const std::string place = fmt::format("group {}: ", groups.size() + 1);
    if (!entry.is_object()) return Error(place + "expected an object");
    auto group = parse_group(entry.get_object());
    if (!group) return Error(place + group.error());
    groups.push_back(std::move(*group));
  }
  if (const auto sound = check_groups(groups); !sound) return Error(sound.error());
  return groups;
}

}  // namespace fairrush::server
