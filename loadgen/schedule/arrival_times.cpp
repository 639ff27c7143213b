#include "loadgen/schedule/arrival_times.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::array<ArrivalShapeRow, 9> kShapes{{
    {ArrivalShape::at_once, "at_once", &make_at_once, &at_once_distribution},
    {ArrivalShape::uniform, "uniform", &make_uniform, &uniform_distribution},
    {ArrivalShape::poisson, "poisson", &make_poisson, &uniform_distribution},
    {ArrivalShape::front_loaded, "front_loaded", &make_front_loaded, &exponential_distribution},
    {ArrivalShape::ramp, "ramp", &make_ramp, &ramp_distribution},
    {ArrivalShape::steps, "steps", &make_steps, &steps_distribution},
    {ArrivalShape::spike, "spike", &make_spike, &spike_distribution},
    {ArrivalShape::trace, "trace", &make_trace, &trace_distribution},
    // Who is in the loop from the start comes at the opening; answers bring the others.
    {ArrivalShape::closed, "closed", &make_at_once, nullptr},
}};

/// Falls into the parts of a distribution one after the other.
class EvenClicks final : public ArrivalTimes {
 public:
  EvenClicks(std::unique_ptr<ClickDistribution> distribution, const ArrivalSpec& spec)
      : distribution_(std::move(distribution)),
        spec_(spec),
        random_(spec.seed, spec.stream),
        latest_(spec.window - Duration{1}) {}

  void next(std::span<Duration> offsets) override {
    for (Duration& offset : offsets) {
      const double place = static_cast<double>(drawn_) + random_.uniform(spec_.first + drawn_);
      ++drawn_;
      const double t_ns = distribution_->quantile(std::min(1.0, place / spec_.count));
      // Rounding must not put a click before the one that came.
      last_ = std::clamp(Duration{static_cast<std::int64_t>(t_ns)}, last_, latest_);
      offset = last_;
    }
  }

 private:
  std::unique_ptr<ClickDistribution> distribution_;
  ArrivalSpec spec_;
  CounterRandom random_;
  Duration latest_;
  Duration last_{};
  std::uint64_t drawn_ = 0;
};

}  // namespace

std::span<const ArrivalShapeRow> arrival_shapes() {
  return kShapes;
}

const ArrivalShapeRow& row_of(ArrivalShape shape) {
  const auto* const row = std::ranges::find(kShapes, shape, &ArrivalShapeRow::shape);
  FAIRRUSH_ASSERT(row != kShapes.end());
  return *row;
}

std::unique_ptr<ArrivalTimes> make_arrival_times(const Arrivals& arrivals,
                                                 const ArrivalSpec& spec) {
  if (!arrivals.stages.empty()) return make_stages(arrivals.stages, spec);
  return row_of(arrivals.pattern.shape).times(arrivals.pattern, spec);
}

std::unique_ptr<ClickDistribution> make_distribution(const Arrivals& arrivals, Duration window) {
  if (arrivals.is_closed()) return nullptr;
  if (!arrivals.stages.empty()) return stages_distribution(arrivals.stages, window);
  return row_of(arrivals.pattern.shape).distribution(arrivals.pattern, window);
}

std::unique_ptr<ArrivalTimes> make_even_clicks(std::unique_ptr<ClickDistribution> distribution,
                                               const ArrivalSpec& spec) {
  return std::make_unique<EvenClicks>(std::move(distribution), spec);
}

}  // namespace fairrush::loadgen
