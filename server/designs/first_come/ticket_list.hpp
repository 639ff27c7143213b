#pragma once

#include "server/designs/design.hpp"

namespace fairrush::server {

/// First come, first served: a list of coupons grows with the tickets (for 20 %, every fifth ticket
/// mints one; a fixed number is minted at once) and claims pop it. The list holds the serials
/// popped + 1 … minted in order, so two counters are the whole list.
class TicketList : public Design {
 public:
  TicketList(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  std::uint32_t quota() const override { return minted_; }
  std::uint32_t remaining() const override { return minted_ - popped_; }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 protected:
  const QuotaRule& rule() const { return rule_; }

 private:
  QuotaRule rule_;
  std::uint32_t minted_;
  std::uint32_t popped_ = 0;
};

/// Coupons are made one at a time as they are asked for: the same list, of which nothing is there
/// before it is given. Where the quota is a number and not a share of a roster, whoever asks may
/// have one: such users are taken in as they come.
class GenerateOutbox final : public TicketList {
 public:
  using TicketList::TicketList;

  bool admits_late() const override { return !rule().is_share(); }
};

}  // namespace fairrush::server
