#pragma once

#include <cstdint>
#include <vector>

#include "server/ledger/record.hpp"

namespace fairrush::server {

/// What of an event has been sent to the ledger, so that a decision that is heard of twice (from
/// its answer, from the store's log, from the ledger itself) is recorded once. The store decides in
/// an order, and the ledger gets its decisions in that order: tickets and issues are counted.
class KnownFacts {
 public:
  /// Whether the record is new; from here on it is known.
  bool note(const ReservationGranted& record);
  bool note(const CouponIssued& record);
  bool note(const ClaimLost& record);
  bool note(const CouponRedeemed& record);

  std::uint32_t tickets() const { return tickets_; }
  std::uint32_t issues() const { return issues_; }

 private:
  std::uint32_t tickets_ = 0;
  std::uint32_t issues_ = 0;
  std::vector<bool> lost_;      ///< by ticket
  std::vector<bool> redeemed_;  ///< by issue
};

}  // namespace fairrush::server
