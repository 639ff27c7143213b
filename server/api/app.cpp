#include "server/api/app.hpp"

#include <fmt/format.h>

#include <iterator>

#include "server/api/claim_responses.hpp"
#include "server/api/documents.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"

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
                  .waits_for_ledger = options_.acknowledge == Acknowledge::durable}) {}

void App::handle(Exchange& exchange) {
  exchange.response.clear();
  exchange.arrived = clock_.wall_now();
  const RouteMatch route = find_route(exchange.request.method, exchange.request.target);
  if (route.handler != nullptr) return (this->*route.handler)(exchange, route.name);
  if (route.allow.empty()) return refuse(exchange, ErrorCode::unknown_path);
  set_problem(exchange.response, ErrorCode::method_not_allowed);
  exchange.response.allow = route.allow;
  exchange.complete();
}

void App::tick() {
  queue_.tick(clock_.steady_now());
  service_.tick(clock_.wall_now());
  followers_.tick();
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
  if (queue_.failure()) {
    return refuse(exchange, ErrorCode::ledger_unavailable, *queue_.failure());
  }
  if (const auto stall = queue_.stall()) {
    return refuse(exchange, ErrorCode::ledger_unavailable, *stall);
  }
  if (const auto impairment = service_.impairment()) {
    return refuse(exchange, impairment->code, impairment->detail);
  }
  if (draining_) return refuse(exchange, ErrorCode::draining);
  exchange.response.body = readiness_document(
      options_.fault == nullptr ? std::string_view() : options_.fault->name, messaging_.missing());
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
