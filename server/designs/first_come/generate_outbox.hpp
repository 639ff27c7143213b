#pragma once

#include "server/designs/design.hpp"

namespace fairrush::server {

/// Coupons are made one at a time as they are asked for, as many as the quota: first come, first
/// served. Where the quota is a number and not a share of a roster, whoever asks may have one: such
/// users are taken in as they come.
class GenerateOutbox final : public Design {
 public:
  GenerateOutbox(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  bool admits_late() const override { return !rule_.is_share(); }
  std::uint32_t quota() const override { return quota_; }
  std::uint32_t remaining() const override { return quota_ - made_; }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 private:
  QuotaRule rule_;
  std::uint32_t quota_;
  std::uint32_t made_ = 0;
};

}  // namespace fairrush::server
