#include "server/api/json_request.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace fairrush::server {
namespace {

namespace json = boost::json;
using Error = std::unexpected<std::string>;

constexpr std::size_t kDepthMax = 4;

}  // namespace

std::string_view text_of(json::string_view text) {
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
    if (std::ranges::find(known, text_of(pair.key())) != known.end()) continue;
    return not_accepted(text_of(pair.key()), &pair.value(),
                        fmt::format("only the members {}", fmt::join(known, ", ")));
  }
  return {};
}

std::expected<std::int64_t, std::string> integer_member(const json::object& object,
                                                        std::string_view name, IntegerRange range,
                                                        std::string_view what) {
  const json::value* const value = member(object, name);
  const std::int64_t* const number = value == nullptr ? nullptr : value->if_int64();
  if (number == nullptr || *number < range.min || *number > range.max) {
    return not_accepted(name, value,
                        fmt::format("{}, an integer of {} to {}", what, range.min, range.max));
  }
  return *number;
}

}  // namespace fairrush::server
