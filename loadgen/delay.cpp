#include "loadgen/delay.hpp"

#include <algorithm>
#include <cmath>

namespace fairrush::loadgen {

OneWayDelay::OneWayDelay(const DelaySpec& spec) : spec_(spec) {
  if (spec.kind == DelayKind::log_normal) log_normal_ = LogNormal(spec.median, spec.p99);
}

Duration OneWayDelay::at(double place) const {
  const auto whole = [](Duration delay) {
    return std::chrono::floor<std::chrono::microseconds>(delay);
  };
  switch (spec_.kind) {
    case DelayKind::uniform: {
      const auto width = static_cast<double>((spec_.to - spec_.from).count());
      return whole(spec_.from + Duration{static_cast<std::int64_t>(place * width)});
    }
    case DelayKind::log_normal: {
      const auto cut = static_cast<double>(kDelayMax.count());
      return whole(Duration{std::llround(std::min(log_normal_.at(place), cut))});
    }
    case DelayKind::file: {
      const auto size = static_cast<double>(spec_.file.times->size());
      return whole((*spec_.file.times)[static_cast<std::size_t>(place * size)]);
    }
    case DelayKind::fixed:
      break;
  }
  return whole(spec_.median);
}

}  // namespace fairrush::loadgen
