#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "analysis/evidence/holdings.hpp"
#include "analysis/evidence/stories.hpp"
#include "analysis/run/directory.hpp"

namespace fairrush::analysis {

inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::min();

/// What the history says about one user. Times are wire times. There is one for every user of the
/// population, so what only few users have is not here: `RunIndex::claims_of` looks it up.
struct UserState {
  std::int64_t first_claim_in_window_ns = kNever;  ///< first byte out
  std::int64_t reserved_answered_ns = kNever;      ///< of the first answer that makes `reserved`
  std::uint32_t delay_us = 0;                      ///< emulated one-way delay
  Position claim = kNone;                          ///< the first claim in the history
  std::uint32_t story = kNone;                     ///< its place in the stories
  std::uint16_t cohort = 0;
  bool seen : 1 = false;      ///< has any attempt
  bool reserved : 1 = false;  ///< acknowledged, or refused as a duplicate of one that counts
  bool reservation_open : 1 = false;    ///< an indeterminate reservation
  bool claimed : 1 = false;             ///< sent a claim, whenever
  bool claim_open : 1 = false;          ///< an indeterminate claim
  bool answered_in_window : 1 = false;  ///< a claim sent inside the window got a definite answer
  bool open_in_window : 1 = false;      ///< a claim sent inside the window is indeterminate
  bool lost_in_window : 1 = false;      ///< a claim sent inside the window got a definite loss
  bool sold_out : 1 = false;            ///< a definite loss, with the reason "sold out"
  bool won : 1 = false;                 ///< a claim was answered with a coupon
  bool told_not_reserved : 1 = false;   ///< a claim was refused as not reserved
  bool shown : 1 = false;  ///< a status read showed a coupon that no answer had acknowledged yet
  /// A claim that was surely sent inside the window was refused, though not for load or time.
  bool refused_in_window : 1 = false;
};
static_assert(sizeof(UserState) == 32, "memory by user is what limits the size of a run");

/// What the claims of one user say together. Times are wire times.
struct ClaimStory {
  std::int64_t first_open_ns = kNever;          ///< first byte out of an indeterminate claim
  std::int64_t win_sent_ns = kNever;            ///< first byte out of any claim that won
  std::int64_t win_answered_ns = kNever;        ///< of the first win
  std::int64_t told_again_sent_ns = kNever;     ///< of a claim refused as already claimed
  std::int64_t sold_out_answered_ns = kNever;   ///< of the first answer "sold out"
  std::int64_t not_reserved_sent_ns = kAlways;  ///< of the last claim refused as not reserved
  std::uint32_t open_claims = 0;

  /// The earliest sending that may have brought the user a coupon. kAlways when a claim was refused
  /// as not the first before any other could have been: then nobody knows which was.
  std::int64_t coupon_invoked_ns() const {
    const std::int64_t earliest = std::min(first_open_ns, win_sent_ns);
    return told_again_sent_ns < earliest ? kAlways : earliest;
  }
};

/// The rush window, made wider and narrower by the clocks' tolerance.
struct TolerantWindow {
  std::int64_t open_ns;
  std::int64_t close_ns;
  std::int64_t tolerance_ns;

  bool ended_before(std::int64_t answered) const { return answered < open_ns - tolerance_ns; }
  bool began_after(std::int64_t sent) const { return sent > close_ns + tolerance_ns; }
  bool wholly_holds(std::int64_t sent, std::int64_t answered) const {
    return sent >= open_ns + tolerance_ns && answered <= close_ns - tolerance_ns;
  }
};

/// Smallest and largest value that the open reservations leave possible.
struct CountRange {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// A time and whose it is.
struct Moment {
  std::int64_t time_ns;
  Slot slot = kNone;
};

/// Totals over all attempts.
struct AttemptTotals {
  std::uint64_t wins = 0;  ///< answers with a coupon, repeated ones too
  std::uint64_t losses = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t duplicates = 0;      ///< reservations and claims refused as not the first
  std::uint64_t early_refusals = 0;  ///< claims before the window that were refused as outside it
  std::uint64_t late_refusals = 0;   ///< claims answered after it that were refused as outside it
  std::uint64_t inside = 0;   ///< first clicks of claims meant for the window that left inside it
  std::uint64_t no_turn = 0;  ///< first clicks of claims that a closed loop never let happen
  /// Indeterminate claims that neither the ledger nor a later status read settles.
  std::uint64_t open_claims = 0;
  std::uint64_t reserved_users = 0;
  std::uint64_t open_reservation_users = 0;  ///< whose only reservations are indeterminate
  std::uint64_t status_reads = 0;            ///< answered with the wallet
  std::uint64_t redemptions = 0;             ///< acknowledged
  std::uint64_t refused_redemptions = 0;     ///< of a coupon that had been redeemed
  std::uint64_t redemptions_sent = 0;
  std::int64_t last_win_answered_ns = 0;    ///< of the users' first wins: a retry's answer is none
  std::int64_t last_win_sent_ns = kAlways;  ///< of all wins, repeated ones too
  Moment first_sold_out{kNever};            ///< answered
};

/// Whether attempts came to an end, and at most kAuditedMax users for each way in which they did
/// not.
struct AttemptAudit {
  static constexpr std::size_t kAuditedMax = 10;

  std::uint64_t reservations = 0;  ///< first clicks
  std::uint64_t claims = 0;        ///< first clicks
  std::uint64_t overdue = 0;       ///< answered so late that the instrument may be at fault
  std::vector<Slot> overdue_users;
  std::uint64_t contradictory = 0;  ///< answered without ever having been sent or completed
  std::vector<Slot> contradictory_users;
  std::uint64_t pending = 0;  ///< told to wait for an outcome that had not come by the deadline
  std::vector<Slot> pending_users;
  std::uint64_t repeated = 0;  ///< records with the number of an earlier one
};

/// One coupon with more than one owner.
using SharedCoupons = std::map<CouponId, std::vector<Slot>>;

/// The evidence of one round, gathered by user and by coupon in one pass over the history. Checks
/// read this and look single attempts up where they matter. Immutable; what the evidence points to
/// must outlive it. O(attempts + ledger rows); about 40 bytes a user, 50 a coupon, 8 an attempt of
/// those users who did more than claim once.
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
  /// Null when what the bus delivered was not read.
  const BusLog* bus() const { return evidence_.records.bus ? &*evidence_.records.bus : nullptr; }

  std::size_t slots() const { return users_.size(); }
  const UserState& user(Slot slot) const { return users_[slot]; }
  UserIndex user_of(Slot slot) const;
  /// kNone for a user whom neither history nor ledger knows.
  Slot slot_of(UserIndex user) const;

  /// Calls `visit(record)` for every claim of the user in the order of the file. As many looks into
  /// the history.
  template <class Visit>
  void for_each_claim_of(Slot slot, Visit visit) const {
    const UserState& user = users_[slot];
    if (user.story != kNone) {
      stories_.for_each_attempt(user.story, [&](Position position) {
        const AttemptRecord& record = attempts_.record(position);
        if (record.operation() == Op::claim) visit(record);
      });
    } else if (user.claim != kNone) {
      visit(attempts_.record(user.claim));
    }
  }
  /// O(claims of the user), and as many looks into the history.
  ClaimStory claims_of(Slot slot) const;
  /// Surely on the roster: who has reserved; without reservations who is listed, or everybody.
  bool on_roster(Slot slot) const;
  /// The same, or may be: a reservation went unanswered.
  bool may_be_on_roster(Slot slot) const;
  /// Told not to be on the roster by a claim that left when the user was.
  bool denied_place(Slot slot) const;
  /// Indeterminate claims of the user that may still have taken effect as far as ledger and status
  /// reads tell. With a ledger none: its rows are what took effect. A status read that left after
  /// the rush and after the claim's time-out settles it when the wallet is empty; one that shows a
  /// coupon with which no claim was answered settles one claim.
  std::uint32_t unsettled_claims(Slot slot) const;
  /// Whether the user holds a coupon with which no claim was answered.
  bool holds_unanswered(Slot slot) const;

  /// Whether a status read returned a coupon with which a claim of the same user was answered.
  bool shows_own_coupon(Slot slot, const StoryStep& read) const;

  const RoundAttempts& all_attempts() const { return attempts_; }
  const Stories& stories() const { return stories_; }

  const CouponTable& coupons() const { return coupons_; }
  /// What claims were answered with: wins, and "already claimed" with the coupon.
  const Holdings& acknowledged() const { return acknowledged_; }
  /// What status reads showed beyond that.
  const Pairs& shown() const { return shown_; }
  /// Distinct pairs of the two.
  std::uint64_t told_pairs() const { return told_pairs_; }
  /// What the ledger says; empty without one.
  const Holdings& issued() const { return issued_; }
  /// Rows of the ledger that repeat user and coupon of an earlier one, ascending.
  const std::vector<std::size_t>& repeated_rows() const { return repeated_rows_; }

  /// By answer, status read or ledger.
  class Held {
   public:
    explicit Held(const RunIndex& index) : index_(index) {}
    bool holds_any(Slot slot) const;
    bool contains(Slot slot, CouponId coupon) const;
    std::uint64_t pairs() const { return index_.held_pairs_; }
    /// Users with more than one coupon, ascending.
    std::vector<Slot> holders_of_several() const;
    /// Calls `visit(slot, coupon)` for every pair.
    template <class Visit>
    void for_each(Visit visit) const {
      index_.acknowledged_.for_each(visit);
      index_.shown_.for_each(visit);
      index_.issued_.for_each([&](Slot slot, CouponId coupon) {
        if (!index_.is_told(slot, coupon)) visit(slot, coupon);
      });
    }

   private:
    const RunIndex& index_;
  };
  Held held() const { return Held(*this); }
  const SharedCoupons& shared_coupons() const { return shared_; }
  /// Coupons that somebody holds.
  std::uint64_t owned_coupons() const { return owned_coupons_; }
  /// Who was first seen with it; kNone for nobody.
  Slot owner(CouponId coupon) const { return coupon < owners_.size() ? owners_[coupon] : kNone; }

  const AttemptTotals& totals() const { return totals_; }
  const AttemptAudit& audit() const { return audit_; }
  /// Wins and refusals that may break the window, by position.
  std::span<const Position> window_suspects() const { return window_suspects_; }

  /// N: as announced where that is possible, else what the open reservations leave open. Without
  /// reservations all names of the list, or all users.
  CountRange roster() const;
  /// C by the event's rule.
  CountRange quota() const;

  bool in_rush(std::int64_t time_ns) const {
    return time_ns >= round().rush.open_ns && time_ns < round().rush.close_ns;
  }
  /// With ε of window checks: how far the target's clock may be from the run's, what the wall clock
  /// stepped by during the run, and the millisecond in which the target states its windows.
  const TolerantWindow& window() const { return window_; }
  std::int64_t clock_tolerance_ns() const { return window_.tolerance_ns; }
  /// What to take off a time so that all rounds lie over the first one, rush over rush.
  std::int64_t time_shift_ns() const {
    return round().rush.open_ns - facts().rounds.front().rush.open_ns;
  }

  /// Attempts in the round.
  std::uint64_t attempts() const { return attempts_.size(); }

  /// Bytes that grow with users, coupons and attempts; without the hash sets of what only a broken
  /// target gives.
  std::size_t bytes() const;

  /// Calls `visit(record, receipt)` for every attempt in the order of the file.
  template <class Visit>
  void for_each_attempt(Visit visit) const {
    for (const HistoryBlock& block : evidence_.blocks) {
      for (const AttemptRecord& record : block.records) visit(record, block.receipt(record));
    }
  }

 private:
  friend class IndexBuilder;

  bool is_told(Slot slot, CouponId coupon) const {
    return acknowledged_.contains(slot, coupon) || shown_.contains(slot, coupon);
  }

  RoundEvidence evidence_;
  RoundAttempts attempts_;
  TolerantWindow window_;
  std::vector<UserState> users_;  // by population index; users only the ledger knows come after
  std::size_t population_ = 0;    // slots below are population indices
  std::unordered_map<std::uint32_t, Slot> strangers_;
  std::vector<UserIndex> stranger_users_;
  Stories stories_;
  CouponTable coupons_;
  std::vector<Slot> owners_;  // by coupon
  std::uint64_t owned_coupons_ = 0;
  SharedCoupons shared_;
  Holdings acknowledged_;
  Pairs shown_;
  std::uint64_t told_pairs_ = 0;
  Holdings issued_;
  std::vector<std::size_t> repeated_rows_;
  std::uint64_t held_pairs_ = 0;
  AttemptTotals totals_;
  AttemptAudit audit_;
  std::vector<Position> window_suspects_;
};

}  // namespace fairrush::analysis
