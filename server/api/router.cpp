#include "server/api/router.hpp"

#include <array>

#include "server/api/app.hpp"

namespace fairrush::server {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::other:
      break;
  }
  return "other";
}

/// The table of routes; a struct because it must be a friend of App.
struct Routes {
  struct Row {
    Method method;
    std::string_view pattern;  ///< `{e}` stands for a name, of an event, an order or a claim
    Handler handler;
  };

  // The busiest first.
  static constexpr std::array kRows{
      Row{Method::post, "/api/v1/events/{e}/claims", &App::claim},
      Row{Method::post, "/api/v1/events/{e}/reservations", &App::reserve},
      Row{Method::get, "/api/v1/claims/{e}", &App::get_claim},
      Row{Method::get, "/api/v1/users/me/coupons", &App::get_wallet},
      Row{Method::post, "/api/v1/orders/{e}/apply-coupon", &App::apply_coupon},
      Row{Method::post, "/api/v1/coupons", &App::generate_coupon},
      Row{Method::get, "/api/v1/events/{e}", &App::get_event},
      Row{Method::post, "/api/v1/events", &App::create_event},
      Row{Method::post, "/api/v1/events/{e}/preload", &App::preload_coupons},
      Row{Method::post, "/api/v1/events/{e}/reset", &App::reset_event},
      Row{Method::post, "/api/v1/events/{e}/activate", &App::activate_event},
      Row{Method::post, "/api/v1/events/{e}/close", &App::close_event},
      Row{Method::get, "/api/v1/events/{e}/ledger", &App::export_ledger},
      Row{Method::get, "/api/v1/events/{e}/audit", &App::export_audit},
      Row{Method::get, "/api/v1/events/{e}/draw", &App::get_draw},
      Row{Method::get, "/api/v1/events/{e}/draw/roster", &App::get_roster},
      Row{Method::get, "/api/v1/events/{e}/draw/proof", &App::get_proof},
      Row{Method::get, "/time", &App::get_time},
      Row{Method::get, "/livez", &App::get_liveness},
      Row{Method::get, "/readyz", &App::get_readiness},
      Row{Method::get, "/metrics", &App::get_metrics},
      Row{Method::get, "/openapi.json", &App::get_interface},
  };
};

namespace {

constexpr std::string_view kPlaceholder = "{e}";

/// The name (empty for a pattern without one) when `path` has the form of `pattern`.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const std::size_t hole = pattern.find(kPlaceholder);
  if (hole == std::string_view::npos) {
    return pattern == path ? std::optional(std::string_view()) : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, hole);
  const std::string_view after = pattern.substr(hole + kPlaceholder.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  const std::string_view name =
      path.substr(before.size(), path.size() - before.size() - after.size());
  if (name.find('/') != std::string_view::npos) return std::nullopt;
  return name;
}

}  // namespace

RouteMatch find_route(Method method, std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  RouteMatch result;
  for (const Routes::Row& row : Routes::kRows) {
    const auto name = match(row.pattern, path);
    if (!name) continue;
    if (row.method == method) {
      const auto place = static_cast<std::uint8_t>(&row - Routes::kRows.data());
      return {row.handler, *name, {}, RouteIndex(place)};
    }
    result.allow = row.method == Method::get ? "GET" : "POST";
  }
  return result;
}

std::span<const RouteInfo> routes() {
  static constexpr auto kInfos = [] {
    std::array<RouteInfo, Routes::kRows.size()> infos;
    for (std::size_t row = 0; row < infos.size(); ++row) {
      infos[row] = {Routes::kRows[row].method, Routes::kRows[row].pattern};
    }
    return infos;
  }();
  return kInfos;
}

std::optional<std::string_view> query_value(std::string_view target, std::string_view name) {
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view query = target.substr(mark + 1);
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return pair.substr(name.size() + 1);
    }
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
  }
  return std::nullopt;
}

}  // namespace fairrush::server
