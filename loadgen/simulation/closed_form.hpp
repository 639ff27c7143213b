#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/units.hpp"
#include "loadgen/scenario/scenario.hpp"

namespace fairrush::loadgen {

/// When users click after the opening of a rush, as a distribution.
struct ClickDistribution {
  enum class Kind : std::uint8_t {
    uniform,      ///< over `window`
    exponential,  ///< with `mean`, cut off at `window`
  };
  Kind kind = Kind::uniform;
  Duration window{};  ///< > 0
  Duration mean{};    ///< of exponential; > 0

  /// P(click ≤ t), t in nanoseconds after the opening, of any sign.
  double at(double t_ns) const;
};

/// The distribution of a scenario's clicks; unset for one without a density (all at once).
std::optional<ClickDistribution> click_distribution(const Scenario& scenario);

/// Users with the same one-way delay.
struct DelayClass {
  Duration delay{};
  double share = 0;  ///< of those who claim; shares add up to 1
};

/// First come, first served in closed form (verification.md §4.6): the last coupon goes at t*,
/// which solves Σ share_c · F(t* − delay_c) = p; a user with delay L has won iff L + click < t*.
class FirstComeFirstServed {
 public:
  /// `rate` is p = coupons / claims; from 1 on everybody wins. `classes` is not empty. O(classes)
  /// times sixty bisections.
  FirstComeFirstServed(const ClickDistribution& clicks, std::span<const DelayClass> classes,
                       double rate);

  /// P(win) of a user with this one-way delay.
  double win_probability(Duration delay) const;
  /// When the last coupon goes, after the opening; the end of all arrivals when they last.
  Duration sold_out_after() const;

 private:
  ClickDistribution clicks_;
  double sold_out_ns_ = 0;
};

/// What is left of an advantage in P(win) by a lead of `delay` when claims of a window of `batch`
/// are drawn together: about delay/batch (verification.md §4.6), 1 where the batch is no longer.
double advantage_left(Duration delay, Duration batch);

}  // namespace fairrush::loadgen
