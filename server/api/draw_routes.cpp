#include <fmt/format.h>

#include <charconv>

#include "server/api/app.hpp"
#include "server/api/documents.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {

LiveEvent* App::find_published(Exchange& exchange, std::string_view name) {
  LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return nullptr;
  if (event->rush().design().drawing() == nullptr) {
    refuse(exchange, ErrorCode::no_draw);
    return nullptr;
  }
  if (published_draw(*event) == nullptr) {
    refuse(exchange, ErrorCode::not_yet_published);
    return nullptr;
  }
  return event;
}

void App::get_draw(Exchange& exchange, std::string_view name) {
  const LiveEvent* const event = find_event(exchange, name);
  if (event == nullptr) return;
  if (event->rush().design().drawing() == nullptr) return refuse(exchange, ErrorCode::no_draw);
  exchange.response.body = draw_document(*event, exchange.arrived);
  send_when_durable(exchange, queue_.last());
}

void App::get_roster(Exchange& exchange, std::string_view name) {
  const LiveEvent* const event = find_published(exchange, name);
  if (event == nullptr) return;
  exchange.response.content_type = "text/plain; charset=utf-8";
  exchange.response.body = roster_document(*event);
  exchange.complete();
}

void App::get_proof(Exchange& exchange, std::string_view name) {
  const LiveEvent* const event = find_published(exchange, name);
  if (event == nullptr) return;
  const std::string_view text = query_value(exchange.request.target, "ticket").value_or("");
  const std::uint32_t roster = event->rush().roster().size();
  std::uint32_t ticket = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticket);
  if (error != std::errc{} || end != text.data() + text.size() || ticket < 1 || ticket > roster) {
    return refuse(exchange, ErrorCode::bad_request,
                  fmt::format("'ticket' is '{}': expected an integer of 1 to {}", text, roster));
  }
  exchange.response.body = proof_document(*event, TicketNumber(ticket));
  exchange.complete();
}

}  // namespace fairrush::server
