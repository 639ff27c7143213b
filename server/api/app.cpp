#include "server/api/app.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "server/api/claim_responses.hpp"
#include "server/api/documents.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"
#include "server/interface/interface.hpp"
#include "server/log.hpp"
#include "server/metrics/bus_metrics.hpp"

namespace fairrush::server {
namespace {

constexpr std::size_t kIdempotencyKeyMax = 64;

}  // namespace

App::App(AppOptions options, AppParts parts)
    : options_(std::move(options)),
      authenticator_(options_.credentials),
      clock_(parts.clock),
      queue_(parts.queue),
      messaging_(parts.messaging),
      ledger_(parts.ledger),
      service_(parts.service),
      followers_(options_.follow,
                 {.clock = parts.clock,
                  .queue = parts.queue,
                  .service = parts.service,
                  .waits_for_ledger = options_.acknowledge == Acknowledge::durable}),
      request_metrics_(metrics_, routes()),
      ledger_metrics_(metrics_, queue_, clock_),
      readiness_(metrics_) {
  add_bus_metrics(metrics_, messaging_);
  metrics_.gauge({"fairrush_draining", "1 while the server is on its way out."}, {},
                 [this] { return draining_ ? 1.0 : 0.0; });
  metrics_.gauge({"fairrush_fault_on", "1 where the server is wrong on purpose."}, {},
                 [this] { return options_.fault == nullptr ? 0.0 : 1.0; });
  add_dependencies();
}

/// What this server cannot do without.
void App::add_dependencies() {
  using Lack = CouponService::Impairment;
  readiness_.add("ledger", [this]() -> std::optional<Lack> {
    if (queue_.failure()) return Lack{ErrorCode::ledger_unavailable, *queue_.failure()};
    if (const auto stall = queue_.stall()) return Lack{ErrorCode::ledger_unavailable, *stall};
    return std::nullopt;
  });
  const auto of_service = [this](bool draw) -> std::optional<Lack> {
    auto lack = service_.impairment();
    return lack && (lack->code == ErrorCode::draw_failed) == draw ? lack : std::nullopt;
  };
  readiness_.add("store", [of_service] { return of_service(false); });
  readiness_.add("draw", [of_service] { return of_service(true); });
}

void App::handle(Exchange& exchange) {
  exchange.response.clear();
  exchange.arrived = clock_.wall_now();
  const RouteMatch route = find_route(exchange.request.method, exchange.request.target);
  exchange.route = route.route;
  exchange.design = kNoDesign;
  if (route.handler != nullptr) {
    return (this->*route.handler)(exchange, event_named(exchange, route.name));
  }
  if (route.allow.empty()) return refuse(exchange, ErrorCode::unknown_path);
  set_problem(exchange.response, ErrorCode::method_not_allowed);
  exchange.response.allow = route.allow;
  exchange.complete();
}

std::string_view App::event_named(Exchange& exchange, std::string_view name) {
  if (daily_.empty() || daily_.find(name) == nullptr) return name;
  if (!exchange.request.target.starts_with("/api/v1/events/")) return name;
  exchange.today = daily_.resolve(name, exchange.arrived);
  return exchange.today;
}

void App::tick() {
  queue_.tick(clock_.steady_now());
  begin_days(clock_.wall_now());
  service_.tick(clock_.wall_now());
  followers_.tick();
}

void App::answered(const Exchange& exchange, Duration took) {
  const unsigned status = exchange.response.status;
  request_metrics_.answered(exchange.route, exchange.request.method, status, took);
  if (!would_log(LogLevel::debug)) return;
  static constexpr std::size_t kShownMax = 200;
  // Without the query: the path names what was asked for, the rest may be anything.
  const std::string_view target = exchange.request.target;
  log_debug("answered",
            {{"request", exchange.request_id},
             {"method", std::string(name_of(exchange.request.method))},
             {"path", std::string(target.substr(0, std::min(target.find('?'), kShownMax)))},
             {"status", fmt::format("{}", status)},
             {"us", fmt::format("{}", took / std::chrono::microseconds(1))}});
}

void App::get_time(Exchange& exchange, std::string_view) {
  const auto now =
      std::chrono::floor<std::chrono::microseconds>(clock_.wall_now().time_since_epoch());
  fmt::format_to(std::back_inserter(exchange.response.body), R"({{"now_us":{}}})", now.count());
  exchange.complete();
}

void App::get_liveness(Exchange& exchange, std::string_view) {
  exchange.response.body = R"({"status":"alive"})";
  exchange.complete();
}

void App::get_readiness(Exchange& exchange, std::string_view) {
  const auto dependencies = readiness_.state();
  const std::string list = dependencies_json(dependencies);
  const auto missing = std::ranges::find_if(
      dependencies, [](const Readiness::Dependency& one) { return one.lack.has_value(); });
  if (missing != dependencies.end() || draining_) {
    const bool lacks = missing != dependencies.end();
    set_problem(exchange.response, lacks ? missing->lack->code : ErrorCode::draining,
                lacks ? missing->lack->detail : std::string_view(),
                fmt::format(R"(,"dependencies":{})", list));
    return exchange.complete();
  }
  exchange.response.body =
      readiness_document(options_.fault == nullptr ? std::string_view() : options_.fault->name,
                         messaging_.missing(), list);
  exchange.complete();
}

void App::get_metrics(Exchange& exchange, std::string_view) {
  if (!authenticator_.may_read_metrics(exchange.request)) {
    return refuse(exchange, ErrorCode::unauthorized,
                  "This route needs the metrics token, or the admin token, as bearer token.");
  }
  exchange.response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  exchange.response.body = metrics_.text();
  exchange.complete();
}

void App::get_interface(Exchange& exchange, std::string_view) {
  exchange.response.body = interface_document();
  exchange.complete();
}

void App::with_event(Exchange& exchange, std::string_view name, EventReader read) {
  service_.describe(
      name, exchange.arrived,
      [this, &exchange, read = std::move(read)](const std::expected<EventState, ErrorCode>& event) {
        if (!event) return refuse(exchange, event.error());
        read(*event);
      });
}

bool App::authorize_admin(Exchange& exchange) {
  if (authenticator_.is_admin(exchange.request)) return true;
  refuse(exchange, ErrorCode::unauthorized, "This route needs the admin token as bearer token.");
  return false;
}

bool App::check_key(Exchange& exchange) {
  const std::size_t length = exchange.request.idempotency_key.size();
  if (length <= kIdempotencyKeyMax) return true;
  refuse(exchange, ErrorCode::bad_request,
         fmt::format("Idempotency-Key has {} characters: expected at most {}.", length,
                     kIdempotencyKeyMax));
  return false;
}

void App::refuse(Exchange& exchange, ErrorCode code, std::string_view detail) {
  set_problem(exchange.response, code, detail);
  exchange.complete();
}

void App::send_when_durable(Exchange& exchange, Sequence needed) {
  if (options_.acknowledge == Acknowledge::decided || queue_.is_durable(needed)) {
    return exchange.complete();
  }
  queue_.answer_when_durable(needed, [this, &exchange](bool durable) {
    if (!durable) return refuse(exchange, ErrorCode::ledger_unavailable);
    exchange.complete();
  });
}

void App::when_durable(Exchange& exchange, Sequence needed, std::function<void()> then) {
  if (options_.acknowledge == Acknowledge::decided) return then();
  queue_.when_durable(needed, [this, &exchange, then = std::move(then)](bool durable) {
    if (!durable) return refuse(exchange, ErrorCode::ledger_unavailable);
    then();
  });
}

void App::set_retry_after(Exchange& exchange, Duration wait) {
  if (wait > Duration()) exchange.response.retry_after_seconds = retry_after_seconds(wait);
}

}  // namespace fairrush::server
