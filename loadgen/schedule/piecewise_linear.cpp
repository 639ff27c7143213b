#include "loadgen/schedule/piecewise_linear.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"

namespace fairrush::loadgen {

PiecewiseLinear::PiecewiseLinear(std::vector<Knot> knots) : knots_(std::move(knots)) {
  FAIRRUSH_ASSERT(knots_.size() >= 2 && knots_.front().part == 0 && knots_.back().part == 1);
}

double PiecewiseLinear::at(double t_ns) const {
  const auto right = std::ranges::upper_bound(knots_, t_ns, {}, &Knot::t_ns);
  if (right == knots_.begin()) return 0;
  if (right == knots_.end()) return 1;
  const Knot& left = *(right - 1);
  return left.part + (right->part - left.part) * (t_ns - left.t_ns) / (right->t_ns - left.t_ns);
}

double PiecewiseLinear::quantile(double part) const {
  const auto right = std::ranges::lower_bound(knots_, part, {}, &Knot::part);
  if (right == knots_.begin()) return right->t_ns;
  if (right == knots_.end()) return knots_.back().t_ns;
  const Knot& left = *(right - 1);
  return left.t_ns + (right->t_ns - left.t_ns) * (part - left.part) / (right->part - left.part);
}

bool PiecewiseLinear::has_density() const {
  const auto jumps = [](const Knot& a, const Knot& b) {
    return a.t_ns == b.t_ns && a.part < b.part;
  };
  return std::ranges::adjacent_find(knots_, jumps) == knots_.end();
}

}  // namespace fairrush::loadgen
