#pragma once

#include <cstdint>

#include "analysis/fairness/participants.hpp"
#include "analysis/run/facts.hpp"
#include "base/memory.hpp"
#include "loadgen/simulation/crowd.hpp"

namespace fairrush::loadgen {

/// An attempt as it ended. Times are wire times on the run's clock.
struct AttemptEnd {
  std::uint32_t user = 0;
  analysis::Op op = analysis::Op::claim;
  std::int64_t sent_ns = 0;      ///< or meant to be, of one that failed
  std::int64_t answered_ns = 0;  ///< 0 = never
  analysis::Outcome outcome{};   ///< as the user saw it
  analysis::Reason reason{};
  bool won = false;  ///< the service gave a coupon, whether or not the user saw it
};

/// Who took part in a round, gathered while it is played: the same that `participants_of` makes of
/// the round's records, without the records. All that is known of a user stands in one place, so
/// that an attempt waits for one line of memory. Memory is used again. One thread.
class ParticipantBook {
 public:
  ParticipantBook(const Crowd& crowd, const analysis::QuotaRule& quota);

  void open(const analysis::Window& rush);
  /// Attempts come in the order in which they reached the service, or were answered.
  void note(const AttemptEnd& end);
  /// The service gave a coupon to a user who had given up waiting for it.
  void note_unheard_win(UserIndex user);
  /// The user's one-way delay.
  std::int64_t delay_ns(std::uint32_t user) const {
    return std::int64_t{users_[user].delay_us} * 1000;
  }
  /// Warms the caches for an attempt of this user that will soon come.
  void expect(std::uint32_t user) const { __builtin_prefetch(&users_[user], 1); }

  /// `announced_roster` is what the service said. O(users) but for ties.
  analysis::RoundParticipants close(const analysis::PlannedAttempts& planned,
                                    std::uint64_t announced_roster);

 private:
  /// What a user did in this round, and their traits, which stay.
  struct UserRound {
    std::uint32_t delay_us = 0;
    std::uint16_t cohort = 0;
    bool seen : 1 = false;
    bool reserved : 1 = false;
    bool reservation_open : 1 = false;
    bool answered_in_window : 1 = false;
    bool won : 1 = false;
    std::uint32_t place = 0;        ///< 1-based in claims_; 0: no claim in the window
    std::uint32_t reservation = 0;  ///< 0-based place among reservations, once closed
  };
  static_assert(sizeof(UserRound) == 16, "no user may lie across two lines of memory");
  struct Moment {
    std::int64_t at_ns;
    std::uint32_t user;
  };

  void note_claim(const AttemptEnd& end, UserRound& user);
  void number_reservations();
  void count_cohorts(analysis::RoundParticipants& round, bool all_entitled) const;
  void sort_moments(LargeVector<Moment>& moments);

  std::size_t cohorts_;
  analysis::QuotaRule quota_;
  analysis::Window rush_;
  LargeVector<UserRound> users_;
  LargeVector<Moment> reservations_;  ///< acknowledged, by answer
  LargeVector<Moment> claims_;        ///< first claims in the window, by sending
  LargeVector<Moment> scratch_;
};

}  // namespace fairrush::loadgen
