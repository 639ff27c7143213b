#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "server/domain/error.hpp"
#include "server/http/route.hpp"
#include "server/metrics/metrics.hpp"

namespace fairrush::server {

/// Counts requests and what became of claims. An increment in a table each; a label that is new
/// costs a search, once.
class RequestMetrics {
 public:
  /// `metrics` outlives this.
  RequestMetrics(Metrics& metrics, std::span<const RouteInfo> routes);

  /// A request was answered.
  void answered(RouteIndex route, Method method, unsigned status, Duration took);

  /// A claim was won, accepted to be decided later, lost, or refused for `reason`.
  void won(DesignIndex design);
  void accepted(DesignIndex design);
  void not_won(DesignIndex design, ErrorCode reason);

  void redeemed();
  void not_redeemed(ErrorCode reason);

  /// The index of a design by its name; that of "unknown" when there is none.
  static DesignIndex index_of(std::string_view design);

 private:
  static constexpr unsigned kStatusMin = 100;
  static constexpr unsigned kStatusMax = 599;
  static constexpr std::size_t kReasons = 64;  ///< at least as many as there are codes

  struct Route {
    RouteInfo info;
    Histogram* latency = nullptr;
    std::array<Counter*, kStatusMax - kStatusMin + 1> by_status{};
  };
  struct DesignCounters {
    Counter* won = nullptr;
    Counter* accepted = nullptr;
    std::array<Counter*, kReasons> refused{};
  };

  DesignCounters& counters_of(DesignIndex design);
  Counter& claims(DesignIndex design, std::string_view outcome, std::string_view reason);

  Metrics& metrics_;
  std::vector<Route> routes_;  ///< the last stands for no route
  std::vector<DesignCounters> designs_;
  Counter& redeemed_;
  std::array<Counter*, kReasons> not_redeemed_{};
};

}  // namespace fairrush::server
