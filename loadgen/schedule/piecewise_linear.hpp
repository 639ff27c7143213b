#pragma once

#include <vector>

#include "loadgen/schedule/arrival_times.hpp"

namespace fairrush::loadgen {

/// A constant density between knots; two knots at one time are a share that falls on an instant.
class PiecewiseLinear final : public ClickDistribution {
 public:
  struct Knot {
    double t_ns = 0;
    double part = 0;  ///< P(click ≤ t_ns)
  };
  /// Knots ascend in both, at least two; the first has part 0 and the last part 1.
  explicit PiecewiseLinear(std::vector<Knot> knots);

  double at(double t_ns) const override;
  double quantile(double part) const override;
  bool has_density() const override;

 private:
  std::vector<Knot> knots_;
};

}  // namespace fairrush::loadgen
