#pragma once

#include <cstdint>
#include <vector>

#include "analysis/fairness/participants.hpp"
#include "analysis/run/facts.hpp"
#include "loadgen/simulation/crowd.hpp"

namespace fairrush::loadgen {

/// An attempt as it ended. Times are wire times on the run's clock.
struct AttemptEnd {
  std::uint32_t user = 0;
  analysis::Op op = analysis::Op::claim;
  std::int64_t sent_ns = 0;
  std::int64_t answered_ns = 0;  ///< 0 = never
  analysis::Outcome outcome{};   ///< as the user saw it
  analysis::Reason reason{};
  bool won = false;  ///< the service gave a coupon, whether or not the user saw it
};

/// Who took part in a round, gathered while it is played: the same that `participants_of` makes of
/// the round's records, without the records. Memory is used again. One thread.
class ParticipantBook {
 public:
  ParticipantBook(const Crowd& crowd, const analysis::QuotaRule& quota);

  void open(const analysis::Window& rush);
  /// Attempts come in the order in which they reached the service, or were answered.
  void note(const AttemptEnd& end);
  /// The service gave a coupon to a user who had given up waiting for it.
  void note_unheard_win(UserIndex user);
  /// Warms the caches for an attempt of this user that will soon come.
  void expect(std::uint32_t user) const { __builtin_prefetch(&users_[user], 1); }

  /// `announced_roster` is what the service said. O(users) but for ties.
  analysis::RoundParticipants close(const analysis::PlannedAttempts& planned,
                                    std::uint64_t announced_roster);

 private:
  struct UserRound {
    std::uint32_t place = 0;  ///< 1-based in claims_; 0: no claim in the window
    bool seen : 1 = false;
    bool reserved : 1 = false;
    bool reservation_open : 1 = false;
    bool answered_in_window : 1 = false;
    bool won : 1 = false;
  };
  static_assert(sizeof(UserRound) == 8);
  struct Moment {
    std::int64_t at_ns;
    std::uint32_t user;
  };

  void expect_closing(std::uint32_t user) const {
    __builtin_prefetch(&users_[user]);
    __builtin_prefetch(&places_[user]);
    crowd_.expect(UserIndex(user));
  }
  void note_claim(const AttemptEnd& end, UserRound& user);
  void number_reservations();
  void count_cohorts(analysis::RoundParticipants& round, bool all_entitled) const;
  void sort_moments(std::vector<Moment>& moments);

  const Crowd& crowd_;
  analysis::QuotaRule quota_;
  analysis::Window rush_;
  std::vector<UserRound> users_;
  std::vector<std::uint32_t> places_;  ///< of users' reservations, once closed
  std::vector<Moment> reservations_;   ///< acknowledged, by answer
  std::vector<Moment> claims_;         ///< first claims in the window, by sending
  std::vector<Moment> scratch_;
};

}  // namespace fairrush::loadgen
