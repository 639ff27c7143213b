#include "server/designs/preloaded_shuffle.hpp"

#include <algorithm>

#include "server/designs/chance.hpp"

namespace fairrush::server {
namespace {

struct Tier {
  unsigned share_percent;  ///< of all coupons
  unsigned times;          ///< the event's discount
};

constexpr Tier kBest{5, 5};
constexpr Tier kBetter{25, 2};

std::uint32_t coupons_of(Tier tier, std::uint32_t quota) {
  return static_cast<std::uint32_t>(std::uint64_t{quota} * tier.share_percent / 100);
}

}  // namespace

std::vector<CouponSerial> preloaded_order(ByteView secret, std::uint32_t quota) {
  return Chance(secret, "preloaded-shuffle").order(quota);
}

unsigned preloaded_discount(CouponSerial serial, std::uint32_t quota, unsigned usual) {
  const std::uint32_t best = coupons_of(kBest, quota);
  const std::uint32_t better = coupons_of(kBetter, quota);
  const unsigned times = serial <= best ? kBest.times : serial <= best + better ? kBetter.times : 1;
  return std::min(usual * times, 100U);
}

PreloadedShuffle::PreloadedShuffle(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota),
      secret_(secrets.draw),
      discount_percent_(spec.terms.discount_percent),
      quota_(rule_.coupons(0)) {}

void PreloadedShuffle::reservations_closed() {
  list_ = preloaded_order(secret_, quota_);
}

Decision PreloadedShuffle::decide(TicketNumber, Duration) {
  if (popped_ == list_.size()) return {.kind = Decision::Kind::lost};
  return {.kind = Decision::Kind::won, .serial = list_[popped_++]};
}

bool PreloadedShuffle::recall(TicketNumber, CouponSerial serial) {
  if (popped_ == list_.size() || list_[popped_] != serial) return false;
  ++popped_;
  return true;
}

std::optional<unsigned> PreloadedShuffle::discount_percent(CouponSerial serial) const {
  return preloaded_discount(serial, quota_, discount_percent_);
}

}  // namespace fairrush::server
