#pragma once

#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// A randomised waiting room before first come, first served: claims of the first stretch of the
/// rush wait, are put in random order at its end and then served; claims behind it are served as
/// they come. Within the stretch being faster wins nothing; missing it does cost.
class WaitingRoom final : public Design {
 public:
  WaitingRoom(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  std::vector<TicketNumber> advance(Duration since_open) override;
  std::optional<Duration> next_decision() const override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  // Those who waited are answered one by one: a loser may be told before a winner is recorded.
  bool records_losses() const override { return true; }
  std::uint32_t quota() const override { return quota_; }
  std::uint32_t remaining() const override { return quota_ - served_; }
  ErrorCode loss() const override { return ErrorCode::sold_out; }

 private:
  enum class State : std::uint8_t { absent, waiting, won, lost };

  QuotaRule rule_;
  Bytes secret_;
  Duration stretch_;
  std::uint32_t quota_;
  std::uint32_t served_ = 0;  ///< coupons given, or won in the waiting room
  CouponSerial last_serial_ = 0;
  std::vector<TicketNumber> waiting_;
  std::vector<State> states_;  ///< by ticket − 1
};

}  // namespace fairrush::server
