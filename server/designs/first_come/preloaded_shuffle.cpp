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

PreloadedShuffle::PreloadedShuffle(const EventSpec& spec, const EventSecrets& secrets)
    : rule_(spec.quota),
      secret_(secrets.draw),
      groups_(spec.groups.empty() ? usual_groups(spec.terms.discount) : spec.groups),
      quota_(rule_.coupons(0)) {}

bool PreloadedShuffle::preload(std::span<const CouponGroup> groups) {
  FAIRRUSH_ASSERT(last_serials_.empty() && check_groups(groups));
  groups_.assign(groups.begin(), groups.end());
  return true;
}

void PreloadedShuffle::reservations_closed() {
  list_ = Chance(secret_, "preloaded-shuffle").order(quota_);
  CouponSerial last = 0;
  for (const std::uint32_t count : allocate(groups_, quota_))
    last_serials_.push_back(last += count);
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
  const auto group = std::ranges::lower_bound(last_serials_, serial);
  FAIRRUSH_ASSERT(group != last_serials_.end());
  return groups_[static_cast<std::size_t>(group - last_serials_.begin())].discount;
}

}  // namespace fairrush::server
