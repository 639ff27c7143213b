#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <unordered_map>
#include <vector>

#include "analysis/invariants/holdings.hpp"
#include "analysis/run/directory.hpp"

namespace fairrush::analysis {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

/// What the history says about one user. Times are wire times.
struct UserState {
  std::int64_t first_claim_in_window_ns = kNever;  ///< first byte out
  std::int64_t first_open_claim_ns = kNever;       ///< first byte out of an indeterminate claim
  std::int64_t win_sent_ns = kNever;               ///< first byte out of any claim that won
  std::int64_t win_answered_ns = kNever;           ///< of the first win
  std::int64_t reserved_answered_ns = kNever;      ///< of the first answer that makes `reserved`
  /// First byte out of the last claim that was refused as not reserved.
  std::int64_t not_reserved_sent_ns = std::numeric_limits<std::int64_t>::min();
  std::uint32_t open_claims = 0;
  std::uint32_t delay_us = 0;  ///< emulated one-way delay
  std::uint16_t cohort = 0;
  bool seen = false;                ///< has any attempt
  bool reserved = false;            ///< acknowledged, or refused as a duplicate of one that counts
  bool reservation_open = false;    ///< an indeterminate reservation
  bool claimed = false;             ///< sent a claim, whenever
  bool answered_in_window = false;  ///< a claim sent inside the window got a definite answer
  bool lost = false;                ///< got a definite loss
  bool lost_in_window = false;      ///< for a claim sent inside the window
  bool sold_out = false;            ///< with the reason "sold out"
  /// A claim that was surely sent inside the window was refused, though not for load or time.
  bool refused_in_window = false;

  /// Told to have no reservation by a claim that left after one was acknowledged.
  bool denied_reservation() const { return not_reserved_sent_ns >= reserved_answered_ns; }
};

/// Smallest and largest value that the open reservations leave possible.
struct CountRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// Totals over all attempts.
struct AttemptTotals {
  std::uint64_t wins = 0;  ///< answers with a coupon, repeated ones too
  std::uint64_t losses = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t open_claims = 0;
  std::uint64_t reserved_users = 0;
  std::uint64_t open_reservation_users = 0;  ///< whose only reservations are indeterminate
  std::int64_t last_win_answered_ns = 0;     ///< of the users' first wins: a retry's answer is none
  std::int64_t first_sold_out_answered_ns = kNever;
};

/// One coupon with more than one owner.
using SharedCoupons = std::map<CouponId, std::vector<Slot>>;

/// The evidence of one round, gathered by user and by coupon in one pass. Every check reads this
/// and, where single attempts matter, walks the history again. Immutable; what the evidence points
/// to must outlive it. O(attempts + ledger rows).
class RunIndex {
 public:
  explicit RunIndex(const RoundEvidence& evidence);

  const RoundEvidence& evidence() const { return evidence_; }
  const RunFacts& facts() const { return evidence_.facts; }
  const RoundFacts& round() const { return evidence_.round; }
  bool has_ledger() const { return evidence_.records.ledger.has_value(); }
  const Ledger& ledger() const { return *evidence_.records.ledger; }
  /// Null when none was published.
  const PublishedDraw* draw() const {
    return evidence_.records.draw ? &*evidence_.records.draw : nullptr;
  }

  std::size_t slots() const { return users_.size(); }
  const UserState& user(Slot slot) const { return users_[slot]; }
  UserIndex user_of(Slot slot) const;
  /// kNone for a user whom neither history nor ledger knows.
  Slot slot_of(UserIndex user) const;

  const CouponTable& coupons() const { return coupons_; }
  /// What claims were answered with: wins, and "already claimed" with the coupon.
  const Holdings& acknowledged() const { return acknowledged_; }
  /// What the ledger says; empty without one.
  const Holdings& issued() const { return issued_; }
  /// Rows of the ledger that repeat user and coupon of an earlier one, ascending.
  const std::vector<std::size_t>& repeated_rows() const { return repeated_rows_; }
  /// Both.
  const Holdings& held() const { return held_; }
  const SharedCoupons& shared_coupons() const { return shared_; }

  const AttemptTotals& totals() const { return totals_; }

  /// N: as announced where that is possible, else what the open reservations leave open.
  CountRange roster() const;
  /// C by the event's rule.
  CountRange quota() const;

  bool in_rush(std::int64_t time_ns) const {
    return time_ns >= round().rush.open_ns && time_ns < round().rush.close_ns;
  }
  /// Whether it is the rush by the target's clock too, whatever the clocks' tolerance.
  bool surely_in_rush(std::int64_t time_ns) const {
    return time_ns >= round().rush.open_ns + clock_tolerance_ns() &&
           time_ns <= round().rush.close_ns - clock_tolerance_ns();
  }
  /// What to take off a time so that all rounds lie over the first one, rush over rush.
  std::int64_t time_shift_ns() const {
    return round().rush.open_ns - facts().rounds.front().rush.open_ns;
  }
  /// ε of window checks: how far the target's clock may be from the run's, what the wall clock
  /// stepped by during the run, and the millisecond in which the target states its windows.
  std::int64_t clock_tolerance_ns() const;

  /// Attempts in the round.
  std::uint64_t attempts() const;

  /// Calls `visit(record, receipt)` for every attempt in the order of the file.
  template <class Visit>
  void for_each_attempt(Visit visit) const {
    for (const HistoryBlock& block : evidence_.blocks) {
      for (const AttemptRecord& record : block.records) visit(record, block.receipt(record));
    }
  }

 private:
  void size_arrays();
  void take_attempt(const AttemptRecord& record, std::string_view receipt);
  void take_reservation(const AttemptRecord& record, UserState& user);
  void take_claim(const AttemptRecord& record, std::string_view receipt);
  void take_refusal(const AttemptRecord& record, std::string_view receipt, UserState& user);
  void take_ledger();
  void hold(Slot slot, CouponId coupon);
  void count_users();

  RoundEvidence evidence_;
  std::vector<UserState> users_;  // by population index; users only the ledger knows come after
  std::size_t population_ = 0;    // slots below are population indices
  std::unordered_map<std::uint32_t, Slot> strangers_;
  std::vector<UserIndex> stranger_users_;
  CouponTable coupons_;
  std::vector<Slot> owners_;  // by coupon
  SharedCoupons shared_;
  Holdings acknowledged_;
  Holdings issued_;
  std::vector<std::size_t> repeated_rows_;
  Holdings held_;
  AttemptTotals totals_;
};

}  // namespace fairrush::analysis
