#pragma once

#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// Claims of a short window are drawn together, each window's with its proportional share of the
/// coupons: being faster within a window wins nothing. A window begins at a multiple of its length
/// since the claims opened. What a share has behind the point is rounded by one secret number for
/// the whole event (systematic sampling), so that every claim wins with probability quota / roster
/// and all claims together win the quota. Whoever does not claim leaves their share unspent.
class BatchDraw final : public Design {
 public:
  BatchDraw(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override;
  void reservations_closed() override;
  Decision decide(TicketNumber ticket, Duration since_open) override;
  std::vector<TicketNumber> advance(Duration since_open) override;
  std::optional<Duration> next_decision() const override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  bool records_losses() const override { return true; }
  void recall_loss(TicketNumber) override { ++judged_; }
  std::uint32_t quota() const override;
  std::uint32_t remaining() const override { return quota() - won_; }
  ErrorCode loss() const override { return ErrorCode::not_drawn; }

 private:
  enum class State : std::uint8_t { absent, waiting, won, lost };

  std::uint32_t share_of(std::uint32_t claims) const;

  QuotaRule rule_;
  Bytes secret_;
  Duration window_;
  std::uint32_t offset_ = 0;
  std::uint32_t judged_ = 0;  ///< claims
  std::uint32_t won_ = 0;
  CouponSerial last_serial_ = 0;
  Duration window_end_{};
  std::vector<TicketNumber> waiting_;
  std::vector<State> states_;  ///< by ticket − 1
};

}  // namespace fairrush::server
