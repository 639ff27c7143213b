#pragma once

#include <map>
#include <string>
#include <utility>

#include "server/designs/rush.hpp"

namespace fairrush::server {

inline EventSecrets fixed_secrets(std::uint8_t draw = 2) {
  return {.salt = Bytes(32, 1), .draw = Bytes(32, draw), .coupon_key = Bytes(32, 3)};
}

/// A rush of ten seconds for `quota`.
inline EventSpec rush_spec(const std::string& design, const std::string& quota = "20%") {
  const WallTime open{std::chrono::hours(1)};
  return {.name = "rush",
          .design = design,
          .quota = *QuotaRule::parse(quota),
          .windows = {.reserve_open = {},
                      .reserve_close = open,
                      .claim_open = open,
                      .claim_close = open + std::chrono::seconds(10)}};
}

/// A rush in virtual time, driven as a simulation drives it.
class VirtualRush {
 public:
  explicit VirtualRush(Rush& rush) : rush_(rush) {}

  /// Lets users 0 … count − 1 reserve and closes the reservations.
  void fill(std::uint32_t count) {
    for (std::uint32_t user = 0; user < count; ++user) rush_.reserve(UserIndex(user));
    rush_.close_reservations();
    if (rush_.design().drawing() != nullptr) rush_.draw_unpublished();
  }

  /// A claim at a time not before the last one.
  void claim(std::uint32_t user, Duration at) {
    decide_up_to(at);
    note(UserIndex(user), rush_.claim(UserIndex(user), at));
  }

  /// Decides whatever still waits.
  void finish() { decide_up_to(Duration::max()); }

  /// First verdicts by user; those who still wait are not there.
  std::map<std::uint32_t, ClaimVerdict> verdicts;

  std::uint32_t wins() const {
    std::uint32_t count = 0;
    for (const auto& [user, verdict] : verdicts) {
      count += verdict.kind == ClaimVerdict::Kind::won ? 1U : 0U;
    }
    return count;
  }
  bool won(std::uint32_t user) const {
    const auto found = verdicts.find(user);
    return found != verdicts.end() && found->second.kind == ClaimVerdict::Kind::won;
  }

 private:
  void decide_up_to(Duration at) {
    for (auto due = rush_.next_decision(); due && *due <= at; due = rush_.next_decision()) {
      for (const TicketNumber ticket : rush_.advance(*due)) {
        const UserIndex user = rush_.roster().user_of(ticket);
        note(user, rush_.claim(user, *due));
      }
    }
  }

  void note(UserIndex user, const ClaimVerdict& verdict) {
    if (verdict.kind != ClaimVerdict::Kind::pending) verdicts.try_emplace(user.value(), verdict);
  }

  Rush& rush_;
};

}  // namespace fairrush::server
