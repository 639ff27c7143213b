#pragma once

#include <optional>

#include "loadgen/plan.hpp"

namespace fairrush::loadgen {

/// One shard's clicks of one phase in the order of the phase's stream: who does not come, or comes
/// at a time of their own, is passed over. One thread; valid as long as the plan.
class PhaseClicks {
 public:
  /// `op` is reserve or claim.
  PhaseClicks(const Plan& plan, analysis::Op op, Shard shard);

  /// Unset after the last one.
  std::optional<PlannedAttempt> next();

 private:
  std::optional<std::uint8_t> try_of(UserIndex user) const;

  const Plan& plan_;
  analysis::Op op_;
  Shard shard_;
  ClickStream clicks_;
};

}  // namespace fairrush::loadgen
