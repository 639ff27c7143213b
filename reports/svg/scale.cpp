#include "reports/svg/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"
#include "reports/text/figures.hpp"

namespace fairrush::reports {
namespace {

/// Up to three decades there is room for ticks at 2 and 5.
constexpr double kRatioOfFewDecades = 1000.5;

std::vector<Tick> ticks_of(Extent extent, double step) {
  const int decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  std::vector<Tick> ticks;
  const auto first = static_cast<long>(std::ceil(extent.low / step - 1e-9));
  const auto last = static_cast<long>(std::floor(extent.high / step + 1e-9));
  for (long i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    ticks.push_back({value, number_text(value, decimals)});
  }
  return ticks;
}

}  // namespace

Scale::Scale(Extent values, Extent pixels, Kind kind)
    : values_(values), pixels_(pixels), kind_(kind) {
  FAIRRUSH_ASSERT(values.high > values.low);
}

Scale Scale::logarithmic(Extent values, Extent pixels) {
  FAIRRUSH_ASSERT(values.low > 0);
  return {values, pixels, Kind::logarithmic};
}

double Scale::at(double value) const {
  const double inside = std::clamp(value, values_.low, values_.high);
  const double part = kind_ == Kind::linear ? (inside - values_.low) / (values_.high - values_.low)
                                            : std::log10(inside / values_.low) /
                                                  std::log10(values_.high / values_.low);
  return pixels_.low + part * (pixels_.high - pixels_.low);
}

double nice_step(double length, int ticks_max) {
  const double rough = length / ticks_max;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    // The tolerance keeps 0.2 from becoming 0.5 by a rounding error.
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::vector<Tick> linear_ticks(Extent extent, int ticks_max) {
  return ticks_of(extent, nice_step(extent.high - extent.low, ticks_max));
}

std::vector<Tick> whole_ticks(Extent extent, int ticks_max) {
  return ticks_of(extent, std::max(1.0, nice_step(extent.high - extent.low, ticks_max)));
}

std::vector<Tick> logarithmic_ticks(Extent extent) {
  const int first = static_cast<int>(std::floor(std::log10(extent.low) + 1e-9));
  const int last = static_cast<int>(std::ceil(std::log10(extent.high) - 1e-9));
  const bool few = extent.high / extent.low <= kRatioOfFewDecades;
  std::vector<Tick> ticks;
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double value = factor * std::pow(10.0, exponent);
      const bool inside = value >= extent.low * (1 - 1e-9) && value <= extent.high * (1 + 1e-9);
      if (inside && (factor == 1.0 || few)) {
        ticks.push_back({value, number_text(value, std::max(0, -exponent))});
      }
    }
  }
  return ticks;
}

Extent extent_from_zero(double highest, int ticks_max) {
  if (!(highest > 0) || !std::isfinite(highest)) return {0, 1};
  const double step = nice_step(highest, ticks_max);
  return {0, step * std::ceil(highest / step - 1e-9)};
}

Extent logarithmic_extent(double lowest, double highest) {
  if (!(lowest > 0) || !(highest >= lowest) || !std::isfinite(highest)) return {0.1, 100};
  const double high = nice_step(highest, 1);
  // The largest round number that is not above the lowest value.
  const double low = 1 / nice_step(1 / lowest, 1);
  return {low, std::max(high, low * 10)};
}

}  // namespace fairrush::reports
