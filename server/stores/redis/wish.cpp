#include "server/stores/redis/wish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace fairrush::server {
namespace {

constexpr char kUsers = 'k';
constexpr char kNumber = 'n';

struct Refusal {
  ErrorCode why;

  void operator()(const ReservationWish& wish) const { wish.done({.refusal = why}); }
  void operator()(const ClaimWish& wish) const {
    wish.done({.kind = ClaimAnswer::Kind::refused, .refusal = why, .durable = {}});
  }
  void operator()(const SpendingWish& wish) const { wish.done({.refusal = why}); }
  void operator()(const WalletWish& wish) const { wish.done(std::unexpected(why)); }
  void operator()(const EventWish& wish) const { wish.done(std::unexpected(why)); }
};

}  // namespace

std::string store_key(std::string_view idempotency_key, std::uint64_t number) {
  if (idempotency_key.empty()) return fmt::format("{}{}", kNumber, number);
  return fmt::format("{}{}", kUsers, idempotency_key);
}

std::string users_key(std::string_view store_key) {
  return store_key.starts_with(kUsers) ? std::string(store_key.substr(1)) : std::string();
}

void refuse(const Wish& wish, ErrorCode why) {
  std::visit(Refusal{why}, wish.what);
}

std::vector<Wish> take(Lane& lane, std::size_t most) {
  const auto end =
      lane.gathered.begin() + static_cast<std::ptrdiff_t>(std::min(most, lane.gathered.size()));
  std::vector<Wish> taken(std::make_move_iterator(lane.gathered.begin()),
                          std::make_move_iterator(end));
  lane.gathered.erase(lane.gathered.begin(), end);
  return taken;
}

void give_back(Lane& lane, std::vector<Wish> wishes) {
  lane.gathered.insert(lane.gathered.begin(), std::make_move_iterator(wishes.begin()),
                       std::make_move_iterator(wishes.end()));
}

void expire(Lane& lane, SteadyTime now) {
  while (!lane.gathered.empty() && lane.gathered.front().give_up <= now) {
    const Wish wish = std::move(lane.gathered.front());
    lane.gathered.pop_front();  // first: an answer may lead to the next wish
    refuse(wish, wish.doubtful ? ErrorCode::outcome_unknown : ErrorCode::store_unavailable);
  }
}

void refuse_certain(Lane& lane, ErrorCode why) {
  std::deque<Wish> all = std::exchange(lane.gathered, {});
  for (Wish& wish : all) {
    if (wish.doubtful) {
      lane.gathered.push_back(std::move(wish));
    } else {
      refuse(wish, why);
    }
  }
}

void refuse_all(Lane& lane, ErrorCode why) {
  for (const Wish& wish : std::exchange(lane.gathered, {})) refuse(wish, why);
}

void refuse_void(const Wish& wish) {
  const bool reads = wish.what.index() == kWallets || wish.what.index() == kDescriptions;
  if (reads) return refuse(wish, ErrorCode::store_unavailable);  // ask again
  refuse(wish, wish.what.index() == kSpendings ? ErrorCode::unknown_coupon
                                               : ErrorCode::not_in_active_time);
}

}  // namespace fairrush::server
