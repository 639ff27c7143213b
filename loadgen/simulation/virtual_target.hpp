#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "analysis/history/record.hpp"
#include "analysis/invariants/run_index.hpp"
#include "analysis/run/directory.hpp"
#include "base/ids.hpp"

namespace fairrush::loadgen {

/// A request as the service sees it in virtual time.
struct VirtualRequest {
  UserIndex user;
  std::uint16_t cohort = 0;  ///< as the user's device names itself
  std::int64_t now_ns = 0;   ///< when it reached the service, on the run's clock
  /// Two requests of a user for the same operation repeat each other iff their keys are equal.
  std::uint8_t key = 0;
};

/// What a service says. Whether it is heard in time is not its business.
struct VirtualAnswer {
  analysis::Outcome outcome = analysis::Outcome::refusal;
  analysis::Reason reason = analysis::Reason::none;
  bool pending = false;       ///< not decided yet: ask again once `advance` names the user
  std::uint32_t receipt = 0;  ///< of coupon or reservation, for `receipt_text`; 0 = none
};

/// What the service is told of a round before it begins.
struct VirtualRound {
  std::uint32_t number = 0;
  std::uint64_t seed = 0;  ///< its secrets follow from it
  analysis::Window reservation;
  analysis::Window rush;
  std::uint32_t users = 0;  ///< those who may come are numbered below it
  bool in_full = false;     ///< somebody reads receipts, ledger and draw
};

/// What a service shows when a round is over.
struct VirtualClosing {
  std::uint64_t roster = 0;
  std::uint64_t coupons = 0;  ///< C as announced
  analysis::StockFacts stock;
  analysis::RoundRecords records;  ///< empty unless asked for in full
};

/// A coupon service in virtual time: no socket, no clock. Requests come with their times, which
/// never go back. One round after the other; one thread.
class VirtualTarget {
 public:
  VirtualTarget() = default;
  VirtualTarget(const VirtualTarget&) = delete;
  VirtualTarget& operator=(const VirtualTarget&) = delete;
  virtual ~VirtualTarget() = default;

  /// Begins a round and forgets the one before.
  virtual void open(const VirtualRound& round) = 0;

  virtual VirtualAnswer reserve(const VirtualRequest& request) = 0;
  virtual VirtualAnswer claim(const VirtualRequest& request) = 0;
  /// The user's wallet: accepted, with the coupon as receipt where there is one.
  virtual VirtualAnswer status(const VirtualRequest& request) = 0;
  /// Spends `coupon`, a receipt, on an order; requests with different keys are different orders.
  virtual VirtualAnswer redeem(const VirtualRequest& request, std::uint32_t coupon) = 0;

  /// Hints that requests of these users will come, those of `soon` before those of `later`; each
  /// user of `soon` was one of `later` before. Changes nothing but speed.
  virtual void expect(UserIndex /*later*/, UserIndex /*soon*/) {}

  /// When the service next decides of its own accord; kNever while nothing waits for a moment.
  virtual std::int64_t next_decision_ns() const = 0;
  /// Time has come to `now_ns`, a decision's time. The users whose pending claims are to be asked
  /// again, as they were asked first, in this order; valid until the next call.
  virtual std::span<const UserIndex> advance(std::int64_t now_ns) = 0;

  /// The text of a receipt this round; valid until the next call. Only in full rounds.
  virtual std::string_view receipt_text(analysis::Op op, std::uint32_t receipt) = 0;

  /// Ends the round. What is pending is lost.
  virtual VirtualClosing close() = 0;
};

}  // namespace fairrush::loadgen
