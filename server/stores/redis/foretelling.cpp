// What claims come to without asking Redis: the draw is known, or everything is gone.
#include "server/stores/redis/redis_service.hpp"

namespace fairrush::server {

bool RedisService::foretold(RedisEvent& event, Wish& wish) const {
  auto* const what = std::get_if<ClaimWish>(&wish.what);
  if (what == nullptr) return false;
  switch (event.design->stock) {
    case RedisStock::drawn:
      return foretold_by_draw(event, wish, *what);
    case RedisStock::list:
    case RedisStock::counter:
    case RedisStock::queue:
      return foretold_by_stock(event, wish, *what);
    case RedisStock::waiting:
      break;
  }
  return false;
}

bool RedisService::foretold_by_draw(RedisEvent& event, Wish& wish, ClaimWish& what) const {
  if (event.draw_failure) return refuse(wish, ErrorCode::draw_failed), true;
  if (event.drawn == nullptr) return false;
  DrawnRoster& drawn = *event.drawn;
  const bool open = event.spec.windows.rushing(wish.by.at);
  const auto ticket = drawn.rush.roster().ticket_of(wish.by.user);
  if (!ticket) {
    refuse(wish, open ? ErrorCode::not_reservation : ErrorCode::not_in_active_time);
    return true;
  }
  what.ticket = *ticket;
  const std::uint32_t place = ticket->value() - 1;
  if (drawn.won[place]) return false;
  if (open) drawn.told_lost[place] = true;
  const bool told = drawn.told_lost[place];
  refuse(wish, told ? ErrorCode::not_drawn : ErrorCode::not_in_active_time);
  return true;
}

/// The flag "sold out": it rests on what was recorded and not on what Redis has, so it holds
/// whatever becomes of Redis. Whoever won hears it from Redis.
bool RedisService::foretold_by_stock(RedisEvent& event, const Wish& wish,
                                     const ClaimWish& what) const {
  using Standing = KnownFacts::Standing;
  if (!event.roster) return false;
  const std::uint32_t quota = coupons_for(*event.design, event.spec.quota, *event.roster);
  if (!event.known.all_won(*event.roster, quota)) return false;
  const Standing standing = event.known.standing_of(wish.by.user);
  const bool open = event.spec.windows.rushing(wish.by.at);
  if (standing == Standing::unknown) {
    refuse(wish, open ? ErrorCode::not_reservation : ErrorCode::not_in_active_time);
    return true;
  }
  // After the window Redis may know of a loss that was told before everything was gone.
  if (standing == Standing::won || (standing == Standing::reserved && !open)) return false;
  event.known.note_lost(wish.by.user);
  what.done({.kind = ClaimAnswer::Kind::refused,
             .refusal = loss_of(*event.design),
             .durable = queue_.last()});
  return true;
}

}  // namespace fairrush::server
