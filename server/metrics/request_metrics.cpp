#include "server/metrics/request_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.hpp"
#include "server/designs/designs.hpp"

namespace fairrush::server {
namespace {

const MetricName kRequests{"fairrush_requests_total",
                           "Requests answered, by route, method and status."};
const MetricName kLatency{"fairrush_request_seconds",
                          "From the last byte of a request to its answer in the socket."};
const MetricName kClaims{"fairrush_claims_total", "Claims by design, outcome and reason."};
const MetricName kRedemptions{"fairrush_redemptions_total", "Coupons wished to be spent."};

/// What a claim that won nothing came to: a loss is an answer to the question, a refusal is none.
std::string_view outcome_of(ErrorCode reason) {
  switch (reason) {
    case ErrorCode::sold_out:
    case ErrorCode::not_drawn:
      return "lost";
    case ErrorCode::already_claimed:
      return "repeated";
    default:
      return "refused";
  }
}

std::string_view name_of_design(DesignIndex design) {
  return design.value() < designs().size() ? designs()[design.value()].name : "unknown";
}

}  // namespace

RequestMetrics::RequestMetrics(Metrics& metrics, std::span<const RouteInfo> routes)
    : metrics_(metrics),
      designs_(designs().size() + 1),
      redeemed_(metrics.counter(kRedemptions, {{"outcome", "spent"}, {"reason", ""}})) {
  for (const RouteInfo& info : routes) routes_.push_back({.info = info});
  routes_.push_back({.info = {.method = Method::other, .pattern = "none"}});
  for (Route& route : routes_) {
    route.latency = &metrics.histogram(kLatency, latency_bounds(),
                                       {{"method", std::string(name_of(route.info.method))},
                                        {"route", std::string(route.info.pattern)}});
  }
  // A series that appears with its first event has no rate at that moment: those that alerts look
  // at begin at zero.
  for (const DesignRow& row : designs()) {
    const DesignIndex design = index_of(row.name);
    designs_[design.value()].won = &claims(design, "won", "");
  }
}

void RequestMetrics::answered(RouteIndex route, Method method, unsigned status, Duration took) {
  Route& row = routes_[std::min<std::size_t>(route.value(), routes_.size() - 1)];
  row.latency->observe(took);
  Counter*& counter = row.by_status.at(std::clamp(status, kStatusMin, kStatusMax) - kStatusMin);
  if (counter == nullptr) {
    counter = &metrics_.counter(kRequests, {{"method", std::string(name_of(method))},
                                            {"route", std::string(row.info.pattern)},
                                            {"status", fmt::format("{}", status)}});
  }
  counter->add();
}

Counter& RequestMetrics::claims(DesignIndex design, std::string_view outcome,
                                std::string_view reason) {
  return metrics_.counter(kClaims, {{"design", std::string(name_of_design(design))},
                                    {"outcome", std::string(outcome)},
                                    {"reason", std::string(reason)}});
}

RequestMetrics::DesignCounters& RequestMetrics::counters_of(DesignIndex design) {
  return designs_[std::min<std::size_t>(design.value(), designs_.size() - 1)];
}

void RequestMetrics::won(DesignIndex design) {
  Counter*& counter = counters_of(design).won;
  if (counter == nullptr) counter = &claims(design, "won", "");
  counter->add();
}

void RequestMetrics::accepted(DesignIndex design) {
  Counter*& counter = counters_of(design).accepted;
  if (counter == nullptr) counter = &claims(design, "accepted", "");
  counter->add();
}

void RequestMetrics::not_won(DesignIndex design, ErrorCode reason) {
  Counter*& counter = counters_of(design).refused.at(static_cast<std::size_t>(reason));
  if (counter == nullptr) counter = &claims(design, outcome_of(reason), name_of(reason));
  counter->add();
}

void RequestMetrics::redeemed() {
  redeemed_.add();
}

void RequestMetrics::not_redeemed(ErrorCode reason) {
  Counter*& counter = not_redeemed_.at(static_cast<std::size_t>(reason));
  if (counter == nullptr) {
    counter = &metrics_.counter(kRedemptions,
                                {{"outcome", "refused"}, {"reason", std::string(name_of(reason))}});
  }
  counter->add();
}

DesignIndex RequestMetrics::index_of(std::string_view design) {
  const auto row = std::ranges::find(designs(), design, &DesignRow::name);
  return DesignIndex(static_cast<std::uint8_t>(row - designs().begin()));
}

}  // namespace fairrush::server
