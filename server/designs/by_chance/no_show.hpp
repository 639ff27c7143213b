#pragma once

#include "server/designs/by_chance/sealed_draw.hpp"

namespace fairrush::server {

/// What becomes of coupons that were drawn for users who do not claim, besides holding them to the
/// end (SealedDraw itself). For simulations: these designs are in no table.

/// Coupons that nobody has claimed at the end of the claims' window are drawn a second time, among
/// those who claimed and had not been drawn. They hear nothing but "wait" until then; whoever was
/// drawn at first is told at once and may claim to the end. A user who claims wins with probability
/// min(1, quota / claimants) in all.
class SecondDraw final : public SealedDraw {
 public:
  SecondDraw(const EventSpec& spec, const EventSecrets& secrets);

  Decision decide(TicketNumber ticket, Duration since_open) override;
  std::vector<TicketNumber> advance(Duration since_open) override;
  std::optional<Duration> next_decision() const override;
  std::uint32_t remaining() const override { return SealedDraw::remaining() - second_wins_; }

 private:
  enum class State : std::uint8_t { absent, waiting, won, lost };

  Bytes secret_;
  Duration window_;
  std::uint32_t second_wins_ = 0;
  std::vector<TicketNumber> waiting_;
  std::vector<State> states_;  ///< by ticket − 1, of those who were not drawn at first
};

/// From a stated moment on, coupons whose users have not claimed are given first come, first
/// served, to whoever claims then, drawn or not. Whoever was not drawn and claims before is told
/// so and stays a loser.
class ReleasedDraw final : public SealedDraw {
 public:
  /// `release_after` counts from the opening of the claims.
  ReleasedDraw(const EventSpec& spec, const EventSecrets& secrets, Duration release_after);

  Decision decide(TicketNumber ticket, Duration since_open) override;
  std::uint32_t remaining() const override;

 private:
  Duration release_after_;
  std::uint32_t released_ = 0;
  std::uint32_t popped_ = 0;
  bool open_to_all_ = false;
};

}  // namespace fairrush::server
