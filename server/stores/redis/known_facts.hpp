#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "server/ledger/record.hpp"

namespace fairrush::server {

/// What of an event has been sent to the ledger, so that a decision that is heard of twice (from
/// its answer, from the store's log, from the ledger itself) is recorded once. The store decides in
/// an order, and the ledger gets its decisions in that order: tickets and issues are counted.
class KnownFacts {
 public:
  /// How a user stands, as far as this process has seen.
  enum class Standing : std::uint8_t { unknown, reserved, won, lost };

  /// Whether the record is new; from here on it is known.
  bool note(const ReservationGranted& record);
  bool note(const CouponIssued& record);
  bool note(const ClaimLost& record);
  bool note(const CouponRedeemed& record);

  std::uint32_t tickets() const { return tickets_; }
  std::uint32_t issues() const { return issues_; }

  Standing standing_of(UserIndex user) const;
  /// Whether each of `roster` reservations and of `quota` coupons was seen: then nobody else can
  /// win. What another process has recorded and trimmed was not seen.
  bool all_won(std::uint32_t roster, std::uint32_t quota) const {
    return standings_.size() == roster && won_ == quota;
  }
  /// A user with a reservation has been told that they lost.
  void note_lost(UserIndex user) { standings_[user] = Standing::lost; }

 private:
  std::uint32_t tickets_ = 0;
  std::uint32_t issues_ = 0;
  std::vector<bool> lost_;                             ///< by ticket
  std::vector<bool> redeemed_;                         ///< by issue
  std::unordered_map<UserIndex, Standing> standings_;  ///< about 40 bytes a user
  std::uint32_t won_ = 0;                              ///< users who stand so
};

}  // namespace fairrush::server
