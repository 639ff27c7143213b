// Claims that are told their outcome later.
#include <utility>

#include "base/assert.hpp"
#include "server/service/rush_service.hpp"

namespace fairrush::server {

ClaimAnswer RushService::accept(LiveEvent& event, TicketNumber ticket, const UserRequest& request) {
  const Sequence durable = queue_.append(event.accept(ticket, request));
  // The first loss says that the last one has been accepted.
  event.verdicts_final = durable;
  return {
      .kind = ClaimAnswer::Kind::accepted, .durable = durable, .request = event.request_of(ticket)};
}

/// Another claim of a user whose coupon is still being made: as it will be once it is, but that it
/// cannot be named yet.
ClaimAnswer RushService::accepted_again(const LiveEvent& event, TicketNumber ticket,
                                        std::string_view key) const {
  using Kind = ClaimAnswer::Kind;
  return {.kind = event.judged_under(ticket, key) ? Kind::accepted : Kind::refused,
          .refusal = ErrorCode::already_claimed,
          .durable = queue_.last(),
          .request = event.request_of(ticket)};
}

void RushService::complete_accepted(LiveEvent& event, std::span<const TicketNumber> tickets) {
  const Duration since_open = event.since_open(event.decided_up_to);
  for (const TicketNumber ticket : tickets) {
    const AcceptedClaim claim = event.take_accepted();
    FAIRRUSH_ASSERT(claim.ticket == ticket);
    const UserRequest request{.user = event.rush().roster().user_of(ticket),
                              .idempotency_key = claim.key,
                              .at = claim.at};
    const ClaimVerdict verdict = event.rush().claim(request.user, since_open);
    FAIRRUSH_ASSERT(verdict.kind == ClaimVerdict::Kind::won);
    issue(event, verdict, request);
    if (event.watchers.empty()) continue;
    const auto watching = event.watchers.extract(ticket);
    if (watching.empty()) continue;
    const ClaimStatus status = status_of(event, ticket);
    for (const StatusDone& done : watching.mapped()) done(status);
  }
}

ClaimStatus RushService::status_of(const LiveEvent& event, TicketNumber ticket) const {
  const Issue* const issue = event.issue_to(event.rush().roster().user_of(ticket));
  if (issue == nullptr) return {.kind = ClaimStatus::Kind::processing, .durable = queue_.last()};
  return {.kind = ClaimStatus::Kind::completed,
          .coupon = issue->code,
          .discount = issue->discount,
          .durable = queue_.last()};
}

void RushService::status(const StatusQuestion& question, StatusDone done) {
  const auto place = place_of(question.request);
  Slot* const slot = place ? slot_of(EventId(static_cast<std::int64_t>(place->place))) : nullptr;
  if (slot == nullptr) return done(std::unexpected(ErrorCode::unknown_request));
  LiveEvent& event = *slot->event;
  const auto ticket = event.accepted_under(question.request);
  if (!ticket || event.rush().roster().user_of(*ticket) != question.user) {
    return done(std::unexpected(ErrorCode::unknown_request));
  }
  const ClaimStatus now = status_of(event, *ticket);
  if (now.is_final() || question.seen != now.kind) return done(now);
  if (queue_.failure()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  event.watchers[*ticket].push_back(std::move(done));
}

void RushService::end_watches(LiveEvent& event, ErrorCode why) {
  for (const auto& [ticket, watching] : std::exchange(event.watchers, {})) {
    for (const StatusDone& done : watching) done(std::unexpected(why));
  }
}

}  // namespace fairrush::server
