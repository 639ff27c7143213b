#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "loadgen/schedule/arrival_times.hpp"
#include "loadgen/simulation/crowd.hpp"
#include "loadgen/simulation/delay_curve.hpp"

namespace fairrush::loadgen {

/// Users with the same one-way delay.
struct DelayClass {
  Duration delay{};
  double share = 0;  ///< of those who claim; shares add up to 1
};

/// First come, first served in closed form (docs/simulation.md): the last coupon goes at t*,
/// which solves Σ share_c · F(t* − delay_c) = p; a user with delay L has won iff L + click < t*.
class FirstComeFirstServed {
 public:
  /// `rate` is p = coupons / claims; from 1 on everybody wins. `classes` is not empty. O(classes)
  /// times sixty bisections. `clicks` must outlive it.
  FirstComeFirstServed(const ClickDistribution& clicks, std::span<const DelayClass> classes,
                       double rate);

  /// P(win) of a user with this one-way delay.
  double win_probability(Duration delay) const;
  /// When the last coupon goes, after the opening; the end of all arrivals when they last.
  Duration sold_out_after() const;

 private:
  const ClickDistribution& clicks_;
  double sold_out_ns_ = 0;
};

/// P(win) of those who claim in the rush as the closed form has it.
struct ExpectedCurve {
  std::vector<double> rates;  ///< by bin of delays
  double pp_per_10ms = 0;     ///< slope by least squares, as `DelayCurve` has it
};

/// Under first come, first served; unset where clicks have no density: among those who click at one
/// instant the order of the queue decides, of which this knows nothing. Unset where bots compete,
/// too: their clicks follow no shape.
std::optional<ExpectedCurve> expect_first_come(const Scenario& scenario, const Crowd& crowd,
                                               const DelayBins& bins);
/// Under a draw over the roster that holds what nobody claims: C/N for everybody.
ExpectedCurve expect_draw(const Scenario& scenario, const Crowd& crowd, const DelayBins& bins);

}  // namespace fairrush::loadgen
