#pragma once

#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// The order in which the coupons of an event are given out.
std::vector<CouponSerial> preloaded_order(ByteView secret, std::uint32_t quota);

/// The groups that an event's coupons are given in: its own, or those that its discount makes.
CouponGroups preloaded_groups(const EventSpec& spec);

/// What a coupon of 1 … `quota` takes off in these groups.
Discount preloaded_discount(std::span<const CouponGroup> groups, std::uint32_t quota,
                            CouponSerial serial);

/// Coupons of several discounts are generated in groups, shuffled, pushed to a list, and popped
/// first come, first served: whether one wins is a matter of speed, what one wins is chance. Unless
/// the event says otherwise 70 % of the coupons take off its discount, 25 % twice as much, 5 % five
/// times as much, at most everything. Serials are numbered group by group.
class PreloadedShuffle final : public Design {
 public:
  PreloadedShuffle(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override { quota_ = rule_.coupons(holder.ticket.value()); }
  void reservations_closed() override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  std::uint32_t quota() const override { return quota_; }
  std::uint32_t remaining() const override { return quota_ - popped_; }
  bool preload(std::span<const CouponGroup> groups) override;
  std::span<const CouponGroup> groups() const override { return groups_; }
  std::optional<Discount> discount(CouponSerial serial) const override;
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 private:
  QuotaRule rule_;
  Bytes secret_;
  CouponGroups groups_;
  std::uint32_t quota_;
  std::uint32_t popped_ = 0;
  std::vector<CouponSerial> list_;
};

}  // namespace fairrush::server
