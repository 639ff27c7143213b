// What a service does behind a win: coupons are spent and shown.
#include "server/service/rush_service.hpp"

namespace fairrush::server {

void RushService::redeem(const RedemptionRequest& request, RedemptionDone done) {
  if (!accepts()) return done({.refusal = ErrorCode::ledger_unavailable});
  redeem_recorded(request, std::move(done));
}

void RushService::redeem_recorded(const RedemptionRequest& request, RedemptionDone done) {
  const auto judged = judge(request);
  if (const auto* answer = std::get_if<RedemptionAnswer>(&judged)) return done(*answer);
  done(spend(std::get<Spending>(judged), request));
}

std::variant<RedemptionAnswer, RushService::Spending> RushService::judge(
    const RedemptionRequest& request) {
  const auto refused = [this](ErrorCode why) {
    // A refusal may rest on a redemption that is not durable yet.
    return RedemptionAnswer{.refusal = why, .amounts = {}, .durable = queue_.last()};
  };
  const auto code = parse_coupon_code(request.coupon);
  const auto place = code ? places_.find(*code) : places_.end();
  if (place == places_.end()) return refused(ErrorCode::unknown_coupon);
  const std::uint32_t issue = place->second.issue;
  LiveEvent& event = *slot_of(place->second.event)->event;
  if (const OrderAmounts* const known = event.redeemed_under(issue, request)) {
    return RedemptionAnswer{.refusal = {}, .amounts = *known, .durable = queue_.last()};
  }
  const auto amounts = judge_redemption(event.spec().terms, event.standing_of(issue),
                                        {request.by.user, request.amount, request.by.at});
  if (!amounts) return refused(amounts.error());
  return Spending{&event, issue, *amounts};
}

RedemptionAnswer RushService::spend(const Spending& spending, const RedemptionRequest& request) {
  const Sequence durable = record_told(
      spending.event->redeem(spending.issue, spending.amounts, request, next_position()));
  return {.refusal = {}, .amounts = spending.amounts, .durable = durable};
}

void RushService::wallet(const UserRequest& request, std::optional<std::string_view> only,
                         WalletDone done) {
  const LiveEvent* const event = only ? find(*only, request.at) : nullptr;
  if (only && event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  done(Wallet{wallet_of(request.user, event), queue_.last()});
}

std::vector<WalletEntry> RushService::wallet_of(UserIndex user, const LiveEvent* only) const {
  std::vector<WalletEntry> entries;
  const auto look_into = [&entries, user](const LiveEvent& event) {
    if (const Issue* const issue = event.issue_to(user)) entries.push_back(entry_of(event, *issue));
  };
  if (only != nullptr) {
    look_into(*only);
    return entries;
  }
  for (const auto& [name, slot] : events_) look_into(*slot.event);
  return entries;
}

}  // namespace fairrush::server
