#include <fmt/format.h>

#include "server/api/app.hpp"
#include "server/api/documents.hpp"
#include "server/api/event_request.hpp"
#include "server/api/preload_request.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"
#include "server/log.hpp"

namespace fairrush::server {

void App::create_event(Exchange& exchange, std::string_view) {
  if (!authorize_admin(exchange) || !check_key(exchange)) return;
  const auto request =
      parse_event_request(exchange.request.body, options_.default_design, service_.designs());
  if (!request) return refuse(exchange, ErrorCode::bad_request, request.error());
  const EventSpec* const spec = &request->spec;
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
  if (request->daily) return create_daily(exchange, *request);
  if (daily_.find(spec->name) != nullptr) return refuse(exchange, ErrorCode::event_exists);
  service_.create(*spec, exchange.request.idempotency_key, created_in(exchange));
}

void App::get_event(Exchange& exchange, std::string_view name) {
  with_event(exchange, name,
             [this, &exchange](const EventState& event) { answer_event(exchange, event); });
}

void App::reset_event(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange) || !check_key(exchange)) return;
  if (daily_.entry_of(name) != nullptr) return refuse(exchange, ErrorCode::event_is_daily);
  const auto windows = parse_reset_request(exchange.request.body);
  if (!windows) return refuse(exchange, ErrorCode::bad_request, windows.error());
  service_.reset(name, *windows, exchange.request.idempotency_key,
                 [this, &exchange](const std::expected<EventState, ErrorCode>& event) {
                   if (!event) return refuse(exchange, event.error());
                   answer_event(exchange, *event);
                 });
}

void App::preload_coupons(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  const auto groups = parse_preload_request(exchange.request.body);
  if (!groups) return refuse(exchange, ErrorCode::bad_request, groups.error());
  service_.preload(name, *groups, exchange.arrived,
                   [this, &exchange](const std::expected<EventState, ErrorCode>& event) {
                     if (!event) return refuse(exchange, event.error());
                     answer_event(exchange, *event);
                   });
}

void App::activate_event(Exchange& exchange, std::string_view name) {
  move_event(exchange, name, Move::open_claims);
}

void App::close_event(Exchange& exchange, std::string_view name) {
  if (query_value(exchange.request.target, "daily") == "end") return end_daily(exchange, name);
  move_event(exchange, name, Move::close);
}

void App::move_event(Exchange& exchange, std::string_view name, Move move) {
  if (!authorize_admin(exchange)) return;
  log_info(move == Move::close ? "event is closed by hand" : "claims are opened by hand",
           {{"request", exchange.request_id}, {"event", std::string(name)}});
  service_.move(name, move, exchange.arrived,
                [this, &exchange](const std::expected<EventState, ErrorCode>& event) {
                  if (!event) return refuse(exchange, event.error());
                  answer_event(exchange, *event);
                });
}

void App::answer_event(Exchange& exchange, const EventState& event) {
  exchange.response.body = event_document(
      // A store may have moved the event as of a moment behind the request's arrival.
      event, {.now = clock_.wall_now(),
              .outbox_pending = event.outbox_pending.value_or(messaging_.outbox.pending(event.id)),
              .unheard = messaging_.unheard(event.id, event.issued),
              .bus_unread = messaging_.unread(),
              .fault = options_.fault == nullptr ? "" : options_.fault->name,
              .daily = daily_members(event.spec.name, exchange.arrived)});
  send_when_durable(exchange, event.durable);
}

void App::export_audit(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  if (!messaging_.audits()) {
    return refuse(exchange, ErrorCode::unknown_path, "The audit consumer runs elsewhere.");
  }
  with_event(exchange, name, [this, &exchange](const EventState& event) {
    exchange.response.content_type = "application/x-ndjson";
    exchange.response.body = audit_document(messaging_.audit.deliveries(event.id));
    send_when_durable(exchange, event.durable);
  });
}

void App::export_ledger(Exchange& exchange, std::string_view name) {
  if (!authorize_admin(exchange)) return;
  with_event(exchange, name, [this, &exchange](const EventState& event) {
    // From the record itself: what memory believes is no evidence.
    queue_.answer_when_durable(event.durable, [this, &exchange, id = event.id](bool durable) {
      if (!durable) return refuse(exchange, ErrorCode::ledger_unavailable);
      ledger_.read_issues(id, [&exchange, this](const IssuedRows& rows) {
        if (!rows) return refuse(exchange, ErrorCode::ledger_unavailable, rows.error());
        exchange.response.content_type = "application/x-ndjson";
        exchange.response.body = ledger_document(*rows);
        exchange.complete();
      });
    });
  });
}

}  // namespace fairrush::server
