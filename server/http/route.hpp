#pragma once

#include <cstdint>
#include <string_view>

#include "base/ids.hpp"

namespace fairrush::server {

enum class Method : std::uint8_t { get, post, other };

/// "GET".
std::string_view name_of(Method method);

/// A route as metrics and documents name it.
struct RouteInfo {
  Method method{};
  std::string_view pattern;  ///< "/api/v1/events/{e}/claims"
};

/// Place in the router's table.
using RouteIndex = StrongId<struct RouteIndexTag, std::uint8_t>;
inline constexpr RouteIndex kNoRoute{255};

/// Place in the table of designs.
using DesignIndex = StrongId<struct DesignIndexTag, std::uint8_t>;
inline constexpr DesignIndex kNoDesign{255};

}  // namespace fairrush::server
