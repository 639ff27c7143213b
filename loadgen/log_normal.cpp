#include "loadgen/log_normal.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <cmath>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

constexpr double kNormalQuantile99 = 2.3263478740408408;  // z such that P(Z ≤ z) = 0.99

/// In double throughout: three times as fast as in long double, and 10⁻¹⁵ off at most.
using InDouble = boost::math::policies::policy<boost::math::policies::promote_double<false>>;

}  // namespace

LogNormal::LogNormal(Duration median, Duration p99)
    : median_ns_(static_cast<double>(median.count())),
      sigma_(std::log(static_cast<double>(p99.count()) / median_ns_) / kNormalQuantile99) {
  FAIRRUSH_ASSERT(median > Duration::zero() && p99 >= median);
}

double LogNormal::at(double place) const {
  const double z = std::sqrt(2.0) * boost::math::erf_inv(2 * place - 1, InDouble());
  return median_ns_ * std::exp(sigma_ * z);
}

}  // namespace fairrush::loadgen
