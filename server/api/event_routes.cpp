#include <fmt/format.h>

#include "server/api/app.hpp"
#include "server/api/documents.hpp"
#include "server/api/event_request.hpp"
#include "server/http/problem.hpp"
#include "server/log.hpp"

namespace fairrush::server {

void App::create_event(Exchange& exchange, std::string_view) {
  if (!authorize_admin(exchange) || !check_key(exchange) || !ledger_available(exchange)) return;
  const auto spec = parse_event_request(exchange.request.body, options_.default_design);
  if (!spec) return refuse(exchange, ErrorCode::bad_request, spec.error());
  if (options_.fault != nullptr && !fits(*options_.fault, spec->design)) {
    return refuse(exchange, ErrorCode::bad_request,
                  fmt::format("the fault '{}' makes no sense for the design '{}': expected {}",
                              options_.fault->name, spec->design, designs_text(*options_.fault)));
  }
  if (options_.fault != nullptr) {
    log_error("THIS SERVER IS WRONG ON PURPOSE: an event was created under a fault",
              {{"event", spec->name},
               {"fault", std::string(options_.fault->name)},
               {"what", std::string(options_.fault->breaks)}});
  }
  const LiveEvent* const event = service_.create(*spec, exchange.request.idempotency_key);
  if (event == nullptr) return refuse(exchange, ErrorCode::event_exists);
  exchange.response.status = 201;
  exchange.response.body = describe(*event, exchange);
  send_when_durable(exchange, queue_.last());
}

void App::get_event(Exchange& exchange, std::string_view name) {
  const LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return;
  exchange.response.body = describe(*event, exchange);
  send_when_durable(exchange, queue_.last());
}

void App::reset_event(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange) || !check_key(exchange) || !ledger_available(exchange)) return;
  LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return;
  const auto windows = parse_reset_request(exchange.request.body);
  if (!windows) return refuse(exchange, ErrorCode::bad_request, windows.error());
  const LiveEvent& renewed = service_.reset(*event, *windows, exchange.request.idempotency_key);
  exchange.response.body = describe(renewed, exchange);
  send_when_durable(exchange, queue_.last());
}

void App::export_audit(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  const LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return;
  exchange.response.content_type = "application/x-ndjson";
  exchange.response.body = audit_document(messaging_.audit.deliveries(event->id()));
  send_when_durable(exchange, queue_.last());
}

std::string App::describe(const LiveEvent& event, const Exchange& exchange) const {
  return event_document(event, {.now = exchange.arrived,
                                .outbox_pending = messaging_.outbox.pending(event.id()),
                                .fault = options_.fault == nullptr ? "" : options_.fault->name});
}

void App::export_ledger(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  const LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return;
  // From the record itself: what memory believes is no evidence.
  queue_.when_durable(queue_.last(), [this, &exchange, id = event->id()](bool durable) {
    if (!durable) return refuse(exchange, ErrorCode::ledger_unavailable);
    ledger_.read_issues(id, [&exchange, this](const IssuedRows& rows) {
      if (!rows) return refuse(exchange, ErrorCode::ledger_unavailable, rows.error());
      exchange.response.content_type = "application/x-ndjson";
      exchange.response.body = ledger_document(*rows);
      exchange.complete();
    });
  });
}

}  // namespace fairrush::server
