#pragma once

#include "server/designs/design.hpp"

namespace fairrush::server {

/// A stock as the seeds keep it: a number that whoever comes may read and write, in whatever order.
/// Services with a fault decide over it; the design itself asks no questions.
class NaiveList final : public Design {
 public:
  explicit NaiveList(const EventSpec& spec) : rule_(spec.quota), stock_(rule_.coupons(0)) {}

  void granted(const Holder& holder) override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber, CouponSerial) override { return true; }
  bool records_losses() const override { return true; }
  std::uint32_t quota() const override { return quota_; }
  std::uint32_t remaining() const override {
    return stock_ > 0 ? static_cast<std::uint32_t>(stock_) : 0;
  }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

  std::int64_t stock() const { return stock_; }
  void set_stock(std::int64_t stock) { stock_ = stock; }
  /// Takes one, whether there is one or not.
  void take() { --stock_; }
  CouponSerial next_serial() { return ++last_serial_; }

 private:
  QuotaRule rule_;
  std::int64_t stock_;
  std::uint32_t quota_ = static_cast<std::uint32_t>(stock_);
  CouponSerial last_serial_ = 0;
};

}  // namespace fairrush::server
