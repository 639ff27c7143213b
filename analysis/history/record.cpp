#include "analysis/history/record.hpp"

#include <array>
#include <utility>

namespace fairrush::analysis {
namespace {

constexpr std::pair<Reason, std::string_view> kReasonNames[] = {
    {Reason::none, "none"},
    {Reason::sold_out, "sold out"},
    {Reason::not_drawn, "not drawn"},
    {Reason::outside_window, "outside the window"},
    {Reason::not_reserved, "not reserved"},
    {Reason::duplicate_reservation, "duplicate reservation"},
    {Reason::already_claimed, "already claimed"},
    {Reason::overloaded, "overloaded"},
    {Reason::unauthorized, "unauthorized"},
    {Reason::unknown_event, "unknown event"},
    {Reason::bad_request, "bad request"},
    {Reason::other_refusal, "other refusal"},
    {Reason::already_used, "already used"},
    {Reason::not_owned, "not the user's own"},
    {Reason::condition_not_met, "condition not met"},
    {Reason::unknown_coupon, "unknown coupon"},
    {Reason::connect_refused, "connection refused"},
    {Reason::connect_timeout, "connecting timed out"},
    {Reason::connect_failed, "connecting failed"},
    {Reason::tls_failed, "no secure connection"},
    {Reason::no_http2, "no HTTP/2"},
    {Reason::ports_exhausted, "no local port left"},
    {Reason::descriptors_exhausted, "no descriptor left"},
    {Reason::connections_held, "no connection was free"},
    {Reason::no_turn, "its turn did not come"},
    {Reason::stopped_before_sending, "stopped before sending"},
    {Reason::request_lost, "request lost on its way"},
    {Reason::timeout, "timed out"},
    {Reason::reset, "connection reset"},
    {Reason::closed_early, "closed early"},
    {Reason::server_error, "server error"},
    {Reason::unparseable, "unparseable answer"},
    {Reason::stopped_in_flight, "stopped in flight"},
    {Reason::answer_lost, "answer lost on its way"},
    {Reason::not_json, "answer is not JSON"},
    {Reason::not_utf8, "answer is not UTF-8"},
    {Reason::receipt_missing, "coupon or token missing"},
    {Reason::receipt_mistyped, "coupon or token not a text"},
    {Reason::redirected, "redirected"},
    {Reason::unmatched, "no rule for the answer"},
    {Reason::still_pending, "still pending at its deadline"},
};

/// By number, since every record that is read is asked.
constexpr auto kKnown = [] {
  std::array<bool, 64> known{};
  for (const auto& reason : kReasonNames) known.at(static_cast<std::size_t>(reason.first)) = true;
  return known;
}();

}  // namespace

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
  for (const auto& [known, name] : kReasonNames) {
    if (known == reason) return name;
  }
  return "unknown reason";
}

bool is_known(std::uint16_t reason) {
  return reason < kKnown.size() && kKnown[reason];
}

}  // namespace fairrush::analysis
