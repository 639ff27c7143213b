#include "loadgen/schedule/arrival_times.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::array<ArrivalShapeRow, 4> kShapes{{
    {ArrivalShape::at_once, "at_once", &make_at_once},
    {ArrivalShape::uniform, "uniform", &make_uniform},
    {ArrivalShape::poisson, "poisson", &make_poisson},
    {ArrivalShape::front_loaded, "front_loaded", &make_front_loaded},
}};

}  // namespace

std::span<const ArrivalShapeRow> arrival_shapes() {
  return kShapes;
}

std::unique_ptr<ArrivalTimes> make_arrival_times(ArrivalShape shape, const ArrivalSpec& spec) {
  const auto row = std::ranges::find(kShapes, shape, &ArrivalShapeRow::shape);
  FAIRRUSH_ASSERT(row != kShapes.end());
  return row->make(spec);
}

}  // namespace fairrush::loadgen
