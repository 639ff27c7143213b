#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "analysis/history/record.hpp"
#include "analysis/invariants/run_index.hpp"

namespace fairrush::analysis {

/// What the users of one persona or cohort tried in the rush, and what it brought them.
struct ClaimTally {
  std::uint16_t group = 0;       ///< number of the persona or cohort
  std::uint64_t users = 0;       ///< seen in the run; over several rounds once a round
  std::uint64_t winners = 0;     ///< of those, who hold a coupon by answer, wallet or ledger
  std::uint64_t claims = 0;      ///< attempts, repeated ones too; the sum of what follows
  std::uint64_t wins = 0;        ///< claims answered with a coupon
  std::uint64_t losses = 0;      ///< "none for you"
  std::uint64_t unanswered = 0;  ///< indeterminate
  std::uint64_t never_left = 0;  ///< failed before the first byte
  std::map<Reason, std::uint64_t> refusals = {};
};

/// By number; only groups that were seen.
struct ClaimTallies {
  std::vector<ClaimTally> personas;
  std::vector<ClaimTally> cohorts;
};

ClaimTallies tallies(const RunIndex& index);

/// Adds those of another round, keeping the order.
void add_round(ClaimTallies& tallies, const ClaimTallies& round);

}  // namespace fairrush::analysis
