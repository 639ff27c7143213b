#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/verdict.hpp"

namespace fairrush::analysis {

/// Puts the checks of a run's rounds together: a check fails with any round, and is unknown with
/// any. Its finding then says in how many rounds it came out how, and that of the first round with
/// the strongest verdict; its examples are those of the rounds with that verdict.
class RoundChecks {
 public:
  /// Rounds come in their order, 0-based; a round of which less is known may lack checks.
  void add(std::vector<CheckResult> checks, std::uint32_t round);

  /// In the order of their first coming. `rounds` of the run: with one, findings stay as they are.
  std::vector<CheckResult> finish(std::uint64_t rounds);

 private:
  struct Entry {
    CheckResult result;
    std::uint32_t round = 0;         // whose finding is kept
    bool same_finding = true;        // in all rounds with that verdict
    bool speaks_of_the_run = false;  // one for all rounds
  };

  void add_check(CheckResult check, std::uint32_t round);

  std::vector<Entry> entries_;
};

}  // namespace fairrush::analysis
