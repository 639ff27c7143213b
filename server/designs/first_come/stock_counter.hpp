#pragma once

#include <deque>
#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// First come, first served, and the coupon comes later: a claim takes one off a counter and enters
/// its user into the set of those who have been served, as one step, and then waits in a queue of
/// issues. A consumer looks at the queue once in every batch window of the event and turns at most
/// kBatchMax claims into coupons, the oldest first. Who finds the counter at zero is told at once.
class StockCounter final : public Design {
 public:
  /// What the consumer takes at a time, so that no turn keeps other requests waiting for long.
  static constexpr std::size_t kBatchMax = 1000;

  StockCounter(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  std::vector<TicketNumber> advance(Duration since_open) override;
  std::optional<Duration> next_decision() const override;
  bool accepts_claims() const override { return true; }
  bool recall_accepted(TicketNumber ticket) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  std::uint32_t quota() const override { return quota_; }
  /// What is queued is still to be given.
  std::uint32_t remaining() const override { return quota_ - last_serial_; }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 private:
  enum class State : std::uint8_t { absent, queued, taken, issued };

  bool take_stock(TicketNumber ticket);

  QuotaRule rule_;
  Duration window_;
  std::uint32_t quota_;
  std::uint32_t served_ = 0;  ///< off the counter: queued, taken or issued
  CouponSerial last_serial_ = 0;
  Duration turn_{};  ///< when the consumer looks next
  std::deque<TicketNumber> queue_;
  std::vector<State> states_;  ///< by ticket − 1
};

}  // namespace fairrush::server
