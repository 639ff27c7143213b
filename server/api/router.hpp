#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "server/http/exchange.hpp"

namespace fairrush::server {

class App;

using Handler = void (App::*)(Exchange& exchange, std::string_view name);

/// Where a request goes.
struct RouteMatch {
  Handler handler = nullptr;  ///< null: nothing here for this method
  std::string_view name;      ///< of the event, order or claim in the path; empty where it has none
  std::string_view allow;     ///< methods of the path when only the method is wrong, else empty
  RouteIndex route = kNoRoute;
};

/// Finds the handler for a method and a target (path and query).
RouteMatch find_route(Method method, std::string_view target);

/// Every route, in the order of RouteIndex.
std::span<const RouteInfo> routes();

/// The value of `name` in the query of `target`; not decoded. Unset when it is not there.
std::optional<std::string_view> query_value(std::string_view target, std::string_view name);

}  // namespace fairrush::server
