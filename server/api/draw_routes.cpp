#include <fmt/format.h>

#include <charconv>

#include "server/api/app.hpp"
#include "server/api/documents.hpp"
#include "server/api/router.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {

void App::with_published(Exchange& exchange, std::string_view name, DrawReader read) {
  with_event(exchange, name, [this, &exchange, read](const EventState& event) {
    if (!event.draw) return refuse(exchange, ErrorCode::no_draw);
    if (event.draw->outcome == nullptr) return refuse(exchange, ErrorCode::not_yet_published);
    (this->*read)(exchange, *event.draw);
  });
}

void App::get_draw(Exchange& exchange, std::string_view name) {
  with_event(exchange, name, [this, &exchange](const EventState& event) {
    if (!event.draw) return refuse(exchange, ErrorCode::no_draw);
    exchange.response.body = draw_document(event, exchange.arrived);
    send_when_durable(exchange, event.durable);
  });
}

void App::get_roster(Exchange& exchange, std::string_view name) {
  with_published(exchange, name, &App::answer_roster);
}

void App::answer_roster(Exchange& exchange, const DrawState& draw) {
  exchange.response.content_type = "text/plain; charset=utf-8";
  exchange.response.body = roster_document(draw);
  exchange.complete();
}

void App::get_proof(Exchange& exchange, std::string_view name) {
  with_published(exchange, name, &App::answer_proof);
}

void App::answer_proof(Exchange& exchange, const DrawState& draw) {
  const std::string_view text = query_value(exchange.request.target, "ticket").value_or("");
  const std::size_t roster = draw.tokens.size();
  std::uint32_t ticket = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ticket);
  if (error != std::errc{} || end != text.data() + text.size() || ticket < 1 || ticket > roster) {
    return refuse(exchange, ErrorCode::bad_request,
                  fmt::format("'ticket' is '{}': expected an integer of 1 to {}", text, roster));
  }
  exchange.response.body = proof_document(draw, TicketNumber(ticket));
  exchange.complete();
}

}  // namespace fairrush::server
