#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace fairrush::server {

/// Reading the JSON bodies of requests. Every error is a sentence for the client: the member, its
/// value (cut short) and what is accepted.

/// The body's object, nested at most four deep.
std::expected<boost::json::object, std::string> parse_object(std::string_view body);

/// Whether the object has no member but those.
std::expected<void, std::string> check_names(const boost::json::object& object,
                                             std::span<const std::string_view> known);

std::string_view text_of(boost::json::string_view text);

/// The member, or null.
const boost::json::value* member(const boost::json::object& object, std::string_view name);

/// Says that `value`, null when it is missing, is not what is accepted.
std::unexpected<std::string> not_accepted(std::string_view name, const boost::json::value* value,
                                          std::string_view accepted);

/// Smallest and largest accepted number.
struct IntegerRange {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

/// A member that must be there, as an integer; `what` says in the error what it counts.
std::expected<std::int64_t, std::string> integer_member(const boost::json::object& object,
                                                        std::string_view name, IntegerRange range,
                                                        std::string_view what);

}  // namespace fairrush::server
