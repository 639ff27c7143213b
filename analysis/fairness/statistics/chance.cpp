#include "analysis/fairness/statistics/chance.hpp"

#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>

namespace fairrush::analysis {

double normal_two_sided(double z) {
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

double normal_upper(double z) {
  return std::erfc(z / std::numbers::sqrt2) / 2;
}

double normal_quantile(double probability) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * probability);
}

double chi_squared_upper(double x, double freedom) {
  return boost::math::gamma_q(freedom / 2, x / 2);
}

double chi_squared_lower(double x, double freedom) {
  return boost::math::gamma_p(freedom / 2, x / 2);
}

double draw_variance(Tally all) {
  if (all.members < 2) return 0;
  const auto population = static_cast<double>(all.members);
  const double share = static_cast<double>(all.wins) / population;
  return share * (1 - share) * population / (population - 1);
}

}  // namespace fairrush::analysis
