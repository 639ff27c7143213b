#include "analysis/history/record.hpp"

namespace fairrush::analysis {

std::string_view name_of(Op op) {
  switch (op) {
    case Op::reserve:
      return "reserve";
    case Op::claim:
      return "claim";
    case Op::redeem:
      return "redeem";
    case Op::status:
      return "status";
  }
  return "unknown operation";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::accepted:
      return "accepted";
    case Outcome::win:
      return "win";
    case Outcome::loss:
      return "loss";
    case Outcome::refusal:
      return "refusal";
    case Outcome::failed:
      return "failed";
    case Outcome::indeterminate:
      return "indeterminate";
  }
  return "unknown outcome";
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::none:
      return "none";
    case Reason::sold_out:
      return "sold out";
    case Reason::not_drawn:
      return "not drawn";
    case Reason::outside_window:
      return "outside the window";
    case Reason::not_reserved:
      return "not reserved";
    case Reason::duplicate_reservation:
      return "duplicate reservation";
    case Reason::already_claimed:
      return "already claimed";
    case Reason::overloaded:
      return "overloaded";
    case Reason::unauthorized:
      return "unauthorized";
    case Reason::unknown_event:
      return "unknown event";
    case Reason::bad_request:
      return "bad request";
    case Reason::other_refusal:
      return "other refusal";
    case Reason::already_used:
      return "already used";
    case Reason::not_owned:
      return "not the user's own";
    case Reason::condition_not_met:
      return "condition not met";
    case Reason::unknown_coupon:
      return "unknown coupon";
    case Reason::connect_refused:
      return "connection refused";
    case Reason::connect_timeout:
      return "connecting timed out";
    case Reason::connect_failed:
      return "connecting failed";
    case Reason::tls_failed:
      return "no secure connection";
    case Reason::no_http2:
      return "no HTTP/2";
    case Reason::ports_exhausted:
      return "no local port left";
    case Reason::descriptors_exhausted:
      return "no descriptor left";
    case Reason::connections_held:
      return "no connection was free";
    case Reason::stopped_before_sending:
      return "stopped before sending";
    case Reason::request_lost:
      return "request lost on its way";
    case Reason::timeout:
      return "timed out";
    case Reason::reset:
      return "connection reset";
    case Reason::closed_early:
      return "closed early";
    case Reason::server_error:
      return "server error";
    case Reason::unparseable:
      return "unparseable answer";
    case Reason::stopped_in_flight:
      return "stopped in flight";
    case Reason::answer_lost:
      return "answer lost on its way";
    case Reason::not_json:
      return "answer is not JSON";
    case Reason::not_utf8:
      return "answer is not UTF-8";
    case Reason::receipt_missing:
      return "coupon or token missing";
    case Reason::receipt_mistyped:
      return "coupon or token not a text";
    case Reason::redirected:
      return "redirected";
    case Reason::unmatched:
      return "no rule for the answer";
  }
  return "unknown reason";
}

}  // namespace fairrush::analysis
