#include "server/stores/postgres/answer_cache.hpp"

namespace fairrush::server {

void AnswerCache::note_life(const std::string& name, std::uint64_t life) {
  Event& event = events_[name];
  if (event.life == life) return;
  event = Event();
  event.life = life;
}

void AnswerCache::note_loss(const std::string& event, UserIndex user) {
  events_[event].losers.insert(user);
}

void AnswerCache::note_win(const std::string& name, const StoredRequest& claim,
                           const StoredVerdict& win, const Discount& discount) {
  Event& event = events_[name];
  const Win remembered{win.coupon, win.key, discount, claim.at + ttl_};
  if (!event.wins.insert_or_assign(claim.user, remembered).second) return;
  event.order.push_back(claim.user);
  if (event.order.size() <= wins_max_) return;
  event.wins.erase(event.order.front());
  event.order.pop_front();
}

std::optional<ClaimAnswer> AnswerCache::answer(std::string_view name, const UserRequest& claim) {
  using Kind = ClaimAnswer::Kind;
  const auto found = events_.find(name);
  if (found == events_.end()) return std::nullopt;
  const Event& event = found->second;
  if (const auto won = event.wins.find(claim.user); won != event.wins.end()) {
    if (claim.at >= won->second.until) return std::nullopt;
    const Win& win = won->second;
    const bool same = !win.key.empty() && win.key == claim.idempotency_key;
    return ClaimAnswer{.kind = same ? Kind::won : Kind::refused,
                       .refusal = ErrorCode::already_claimed,
                       .coupon = win.coupon,
                       .discount = win.discount};
  }
  if (!event.losers.contains(claim.user)) return std::nullopt;
  return ClaimAnswer{.kind = Kind::refused, .refusal = ErrorCode::sold_out};
}

}  // namespace fairrush::server
