#pragma once

#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// A preloaded list with blanks: as many slips as reservations, of which the quota are coupons, are
/// shuffled, and every claim pops one. Being early wins nothing: every slip is as likely a coupon.
/// Whoever does not claim leaves a slip in the list.
class BlankTickets final : public Design {
 public:
  BlankTickets(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override { roster_ = holder.ticket.value(); }
  void reservations_closed() override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  bool records_losses() const override { return true; }
  void recall_loss(TicketNumber) override { ++popped_; }
  std::uint32_t quota() const override;
  std::uint32_t remaining() const override { return quota() - won_; }
  ErrorCode loss() const override { return ErrorCode::not_drawn; }

 private:
  QuotaRule rule_;
  Bytes secret_;
  std::uint32_t roster_ = 0;
  std::uint32_t popped_ = 0;
  std::uint32_t won_ = 0;
  std::vector<std::uint32_t> slips_;  ///< up to the quota: a coupon's serial; above: a blank
};

}  // namespace fairrush::server
