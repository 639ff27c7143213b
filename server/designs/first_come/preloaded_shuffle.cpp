#include "server/designs/first_come/preloaded_shuffle.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "server/designs/chance.hpp"

namespace fairrush::server {
namespace {

/// The event's discount so many times, at most everything.
Discount times(Discount usual, std::int64_t factor) {
  const std::int64_t most = usual.kind == Discount::Kind::percent ? 100 : kAmountMax.minor;
  return {usual.kind, usual.value > most / factor ? most : usual.value * factor};
}

CouponGroups usual_groups(const Discount& discount) {
  return {{"best", times(discount, 5), Allocation(500)},
          {"better", times(discount, 2), Allocation(2500)},
          {"good", discount, Allocation(7000)}};
}

}  // namespace

std::vector<CouponSerial> preloaded_order(ByteView secret, std::uint32_t quota) {
  return Chance(secret, "preloaded-shuffle").order(quota);
}

CouponGroups preloaded_groups(const EventSpec& spec) {
  return spec.groups.empty() ? usual_groups(spec.terms.discount) : spec.groups;
}

Discount preloaded_discount(std::span<const CouponGroup> groups, std::uint32_t quota,
                            CouponSerial serial) {
  CouponSerial last = 0;
  const std::vector<std::uint32_t> counts = allocate(groups, quota);
  for (std::size_t group = 0; group < groups.size(); ++group) {
    last += counts[group];
    if (serial <= last) return groups[group].discount;
  }
  return groups.back().discount;
}

PreloadedShuffle::PreloadedShuffle(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota),
      secret_(secrets.draw),
      groups_(preloaded_groups(spec)),
      quota_(rule_.coupons(0)) {}

bool PreloadedShuffle::preload(std::span<const CouponGroup> groups) {
  FAIRRUSH_ASSERT(list_.empty() && check_groups(groups));
  groups_.assign(groups.begin(), groups.end());
  return true;
}

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

std::optional<Discount> PreloadedShuffle::discount(CouponSerial serial) const {
  return preloaded_discount(groups_, quota_, serial);
}

}  // namespace fairrush::server
