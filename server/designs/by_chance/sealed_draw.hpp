#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// A committed, verifiable draw over the roster at reservation close (base/draw/draw.hpp): every
/// ticket wins with probability quota / roster whenever its claim comes; a claim only reveals. The
/// coupon's serial is the ticket's number.
class SealedDraw : public Design, public DrawingDesign {
 public:
  SealedDraw(const EventSpec& spec, const EventSecrets& secrets);

  void granted(const Holder& holder) override { roster_ = holder.ticket.value(); }
  Decision decide(TicketNumber ticket, Duration since_open) override;
  bool recall(TicketNumber ticket, CouponSerial serial) override;
  std::uint32_t quota() const override { return quota_of(roster_); }
  std::uint32_t remaining() const override { return quota() - revealed_; }
  ErrorCode loss() const override { return ErrorCode::not_drawn; }
  DrawingDesign* drawing() override { return this; }
  const DrawingDesign* drawing() const override { return this; }

  Digest commitment() const override;
  std::function<DrawOutcome()> draw_job(std::span<const Token> tokens) const override;
  DrawOutcome draw_unpublished() const override;
  void adopt(DrawOutcome outcome) override;
  const DrawOutcome* outcome() const override { return outcome_ ? &*outcome_ : nullptr; }

 private:
  std::uint32_t quota_of(std::uint32_t roster) const;

  std::string event_;
  Bytes secret_;
  QuotaRule rule_;
  std::uint32_t roster_ = 0;
  std::uint32_t revealed_ = 0;  ///< drawn tickets whose claim came
  std::optional<DrawOutcome> outcome_;
  std::vector<bool> drawn_;  ///< by ticket − 1
};

}  // namespace fairrush::server
