// POST /api/v1/coupons: one coupon for whoever asks, as far as an event allows.
#include <array>

#include "server/api/app.hpp"
#include "server/api/json_request.hpp"
#include "server/domain/event.hpp"

namespace fairrush::server {
namespace {

constexpr std::array<std::string_view, 1> kMembers{"event"};

std::expected<std::string, std::string> parse_generation(std::string_view body) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  if (const auto names = check_names(*object, kMembers); !names) {
    return std::unexpected(names.error());
  }
  const auto* const event = member(*object, "event");
  if (event == nullptr || !event->is_string() || !is_event_name(text_of(event->get_string()))) {
    return not_accepted("event", event, "the name of an event that generates coupons");
  }
  return std::string(text_of(event->get_string()));
}

}  // namespace

void App::generate_coupon(Exchange& exchange, std::string_view) {
  const auto request = authenticate(exchange);
  if (!request) return;
  const auto event = parse_generation(exchange.request.body);
  if (!event) return refuse(exchange, ErrorCode::bad_request, event.error());
  service_.generate(*event, *request, [this, &exchange](const ClaimAnswer& answer) {
    if (answer.kind == ClaimAnswer::Kind::won) exchange.response.status = 201;
    answer_claim(exchange, answer);
  });
}

}  // namespace fairrush::server
