#include <fmt/format.h>

#include <iterator>

#include "server/api/app.hpp"
#include "server/api/claim_responses.hpp"
#include "server/http/problem.hpp"

namespace fairrush::server {

void App::claim(Exchange& exchange, std::string_view event) {
  const auto request = authenticate(exchange);
  if (!request) return;
  exchange.design = RequestMetrics::index_of(service_.design_of(event));
  service_.claim(event, *request,
                 [this, &exchange](const ClaimAnswer& answer) { answer_claim(exchange, answer); });
}

void App::answer_claim(Exchange& exchange, const ClaimAnswer& answer) {
  if (answer.kind == ClaimAnswer::Kind::accepted) {
    request_metrics_.accepted(exchange.design);
    return answer_accepted(exchange, answer);
  }
  if (answer.kind == ClaimAnswer::Kind::won) {
    request_metrics_.won(exchange.design);
  } else {
    request_metrics_.not_won(exchange.design, answer.refusal);
  }
  if (answer.kind == ClaimAnswer::Kind::won) {
    write_coupon(exchange.response.body, answer.coupon, answer.discount);
  } else if (answer.refusal == ErrorCode::already_claimed) {
    const bool made = answer.coupon != CouponCode();
    const std::string members = made ? fmt::format(R"(,"coupon":"{}")", answer.coupon.view())
                                     : fmt::format(R"(,"request":"{}")", answer.request.view());
    set_problem(exchange.response, answer.refusal, {}, members);
  } else {
    set_problem(exchange.response, answer.refusal);
    set_retry_after(exchange, answer.retry_after);
  }
  send_when_durable(exchange, answer.durable);
}

void App::answer_accepted(Exchange& exchange, const ClaimAnswer& answer) {
  const bool waits = answer.place.position > 0;
  const ClaimStatus status{
      .kind = waits ? ClaimStatus::Kind::waiting : ClaimStatus::Kind::processing,
      .place = answer.place};
  set_claim_response(exchange.response, answer.request, status);
  const Duration wait = preferred_wait(exchange.request.prefer);
  if (wait == Duration()) return send_when_durable(exchange, answer.durable);
  const auto user = authenticator_.user_of(exchange.request, exchange.arrived);
  if (!user) return refuse(exchange, ErrorCode::unauthorized);  // its token has just run out
  const StatusQuestion question{.user = *user, .request = answer.request};
  when_durable(exchange, answer.durable, [this, &exchange, question, status, wait] {
    if (!followers_.has_room()) return exchange.complete();
    followers_.follow(exchange, Followers::Form::claim, question, status, wait);
  });
}

void App::get_claim(Exchange& exchange, std::string_view id) {
  const auto request = authenticate(exchange);
  if (!request) return;
  const auto claim = parse_request_id(id);
  if (!claim) return refuse(exchange, ErrorCode::unknown_request);
  const StatusQuestion question{.user = request->user, .request = *claim};
  service_.status(
      question, [this, &exchange, question](const std::expected<ClaimStatus, ErrorCode>& status) {
        if (!status) return refuse(exchange, status.error());
        when_durable(exchange, status->durable, [this, &exchange, question, status = *status] {
          answer_status(exchange, question, status);
        });
      });
}

void App::answer_status(Exchange& exchange, const StatusQuestion& question,
                        const ClaimStatus& status) {
  const bool follows = !status.is_final() && followers_.has_room();
  const Duration wait = preferred_wait(exchange.request.prefer);
  if (!accepts_events(exchange.request.accept)) {
    if (follows && wait > Duration()) {
      return followers_.follow(exchange, Followers::Form::status, question, status, wait);
    }
    set_status_response(exchange.response, question.request, status);
    return exchange.complete();
  }
  if (follows) return followers_.follow(exchange, Followers::Form::stream, question, status);
  if (!status.is_final()) {
    return refuse(exchange, draining_ ? ErrorCode::draining : ErrorCode::overloaded);
  }
  exchange.response.content_type = kEventStream;
  exchange.response.body = status_event(question.request, status);
  exchange.complete();
}

}  // namespace fairrush::server
