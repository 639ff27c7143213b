#pragma once

#include "base/units.hpp"
#include "loadgen/log_normal.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// The one-way delays of a cohort's users as a quantile function, with all that does not depend on
/// the user computed once. Immutable; any thread.
class OneWayDelay {
 public:
  explicit OneWayDelay(const DelaySpec& spec);

  /// The delay of the user who stands at `place`, 0 < place < 1: whole microseconds, at most
  /// kDelayMax.
  Duration at(double place) const;

 private:
  DelaySpec spec_;
  LogNormal log_normal_;
};

}  // namespace fairrush::loadgen
