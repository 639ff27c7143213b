#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/fairness/participants.hpp"
#include "analysis/fairness/statistics/difference.hpp"
#include "analysis/fairness/statistics/users.hpp"

namespace fairrush::analysis {

/// What every user got over the rounds; nine bytes a user.
class UserTable {
 public:
  /// Adds a round whose participants and winners are `all`. Linear in participants and users.
  /// Gives the winners of the round before against its losers, among those who took part in both.
  Stratum add(const std::vector<Participant>& participants, Tally all);

  /// By user number.
  std::span<const UserRecord> records() const { return records_; }

 private:
  std::vector<UserRecord> records_;
  std::vector<std::uint8_t> recent_;  // how each fared in the last two rounds, as bits
};

}  // namespace fairrush::analysis
