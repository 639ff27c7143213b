#pragma once

#include <cstdint>
#include <vector>

namespace fairrush::analysis {

class RunIndex;

/// A user of the roster of whom it is known what every claim in the window came to: by its definite
/// answer, by the ledger, or by a status read (`RunIndex::unsettled_claims`).
struct Participant {
  std::int64_t arrival_ns = 0;    ///< first byte out of the first claim in the window
  std::uint32_t user = 0;         ///< the same number in every round
  std::uint32_t reservation = 0;  ///< place in the order of reservation, 0-based
  std::uint32_t delay_us = 0;     ///< one-way network delay
  std::uint16_t cohort = 0;
  bool won = false;  ///< holds a coupon by answer, status read or ledger
};

/// What became of a cohort in one round.
struct CohortCount {
  std::uint64_t reserved = 0;  ///< members on the roster, as far as they were seen
  std::uint64_t asked = 0;     ///< sent a reservation, or a claim inside the window
  /// Of those, without a definite answer to one of the two, or with a claim that nothing settles.
  std::uint64_t unanswered = 0;
};

/// Who took part in one round, as the statistics take it in.
struct RoundParticipants {
  std::vector<Participant> by_arrival;  ///< ascending; those who arrive at once by user
  std::vector<CohortCount> cohorts;     ///< by cohort number
  std::uint64_t roster = 0;             ///< N: acknowledged reservations; without any, as said
  double intended_rate = 0;             ///< C/N as announced or by the rule
};

/// O(users log users), for the order.
RoundParticipants participants_of(const RunIndex& index);

}  // namespace fairrush::analysis
