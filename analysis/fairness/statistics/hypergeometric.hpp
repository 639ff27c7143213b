#pragma once

#include <cstdint>

namespace fairrush::analysis {

/// Number of winners in a group of `group` among `population` users of whom `winners` win, drawn
/// without replacement. Requires winners ≤ population and group ≤ population. Probabilities come
/// from log-gamma at the mode and the recurrence of neighbouring terms from there, so that the cost
/// is a few standard deviations, not the range.
class Hypergeometric {
 public:
  struct Parameters {
    std::uint64_t population = 0;
    std::uint64_t winners = 0;
    std::uint64_t group = 0;
  };
  explicit Hypergeometric(Parameters parameters);

  /// The support: every other number has probability 0.
  std::uint64_t lowest() const { return lowest_; }
  std::uint64_t highest() const { return highest_; }

  double probability(std::uint64_t wins) const;
  /// P(w ≤ wins).
  double at_most(std::uint64_t wins) const;
  /// P(w ≥ wins).
  double at_least(std::uint64_t wins) const;

  /// Probability of everything that is no more likely than `wins`: the exact two-sided p-value
  /// (Fisher, as R's fisher.test sums it). `wins` must lie in the support.
  double two_sided(std::uint64_t wins) const;

  struct Band {
    std::uint64_t low;
    std::uint64_t high;
  };
  /// The narrowest band that leaves at most (1 − coverage)/2 below it and above it.
  Band band(double coverage) const;

  /// A value of the distribution for a uniform number in (0, 1), by inversion from the mode
  /// outwards.
  std::uint64_t sample(double uniform) const;

 private:
  /// p(w+1)/p(w).
  double step_up(std::uint64_t wins) const;
  double sum_downwards(std::uint64_t from) const;
  double sum_upwards(std::uint64_t from) const;

  Parameters parameters_;
  std::uint64_t lowest_;
  std::uint64_t highest_;
  std::uint64_t mode_;
  double mode_probability_;
};

}  // namespace fairrush::analysis
