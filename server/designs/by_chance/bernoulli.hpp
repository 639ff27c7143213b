#pragma once

#include "server/designs/chance.hpp"
#include "server/designs/design.hpp"

namespace fairrush::server {

/// An independent coin for every claim (Bernoulli thinning): with probability quota / roster it
/// wins, until the quota is spent. Being early helps only against that cap, and in about half of
/// all events a few coupons are left over. The coin belongs to the ticket, so a claim that is sent
/// again tosses nothing new.
class Bernoulli final : public Design {
 public:
  Bernoulli(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override { roster_ = holder.ticket.value(); }
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  std::uint32_t quota() const override;
  std::uint32_t remaining() const override { return quota() - won_; }
  ErrorCode loss() const override { return ErrorCode::not_drawn; }

 private:
  bool coin_of(TicketNumber ticket) const;

  QuotaRule rule_;
  Chance chance_;
  std::uint32_t roster_ = 0;
  std::uint32_t won_ = 0;
};

}  // namespace fairrush::server
