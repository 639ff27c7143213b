#include <fmt/format.h>

#include <iterator>

#include "server/api/app.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {

namespace {

/// "fairrush/fibre" → "fibre": devices name their network behind the slash.
std::string_view cohort_of(std::string_view user_agent) {
  const std::size_t slash = user_agent.find('/');
  return slash == std::string_view::npos ? std::string_view() : user_agent.substr(slash + 1);
}

}  // namespace

std::optional<UserRequest> App::authenticate(Exchange& exchange) {
  const auto user = authenticator_.user_of(exchange.request, exchange.arrived);
  if (!user) {
    refuse(exchange, ErrorCode::unauthorized);
    return std::nullopt;
  }
  if (!check_key(exchange)) return std::nullopt;
  return UserRequest{.user = *user,
                     .idempotency_key = exchange.request.idempotency_key,
                     .at = exchange.arrived,
                     .cohort = cohort_of(exchange.request.user_agent),
                     .peer = &exchange};
}

void App::reserve(Exchange& exchange, std::string_view event) {
  const auto request = authenticate(exchange);
  if (!request) return;
  service_.reserve(event, *request, [this, &exchange](const ReservationAnswer& answer) {
    answer_reservation(exchange, answer);
  });
}

void App::answer_reservation(Exchange& exchange, const ReservationAnswer& answer) {
  if (answer.refusal && *answer.refusal != ErrorCode::duplicated_reservation) {
    set_problem(exchange.response, *answer.refusal);
    set_retry_after(exchange, answer.retry_after);
    return exchange.complete();
  }
  const std::string token = to_hex(answer.token);
  if (answer.refusal) {
    const std::string members =
        fmt::format(R"(,"ticket":{},"token":"{}")", answer.ticket.value(), token);
    set_problem(exchange.response, *answer.refusal, {}, members);
  } else {
    exchange.response.status = 201;
    fmt::format_to(std::back_inserter(exchange.response.body), R"({{"ticket":{},"token":"{}"}})",
                   answer.ticket.value(), token);
  }
  send_when_durable(exchange, answer.durable);
}

}  // namespace fairrush::server
