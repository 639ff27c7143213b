#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/random/counter_random.hpp"
#include "base/units.hpp"
#include "loadgen/scenario/arrivals.hpp"

namespace fairrush::loadgen {

/// The clicks of a window in ascending order, generated one after the other: O(1) memory whatever
/// their number. The same for the same spec on every thread. One thread.
class ArrivalTimes {
 public:
  ArrivalTimes() = default;
  ArrivalTimes(const ArrivalTimes&) = delete;
  ArrivalTimes& operator=(const ArrivalTimes&) = delete;
  virtual ~ArrivalTimes() = default;

  /// Offsets of the next clicks from the window's opening, 0 ≤ offset < window. At most `count` in
  /// all. How they are cut into calls does not matter.
  virtual void next(std::span<Duration> offsets) = 0;
};

/// Which clicks a stream is to give.
struct ArrivalSpec {
  std::uint32_t count = 0;  ///< clicks in all
  Duration window{};        ///< > 0
  std::uint64_t seed = 0;
  Stream stream = Stream::claim_time;
  std::uint64_t first = 0;  ///< number of the first click in `stream`
};

/// When a user clicks after the opening, as a distribution. Times are nanoseconds. Immutable; any
/// thread.
class ClickDistribution {
 public:
  ClickDistribution() = default;
  ClickDistribution(const ClickDistribution&) = delete;
  ClickDistribution& operator=(const ClickDistribution&) = delete;
  virtual ~ClickDistribution() = default;

  /// P(click ≤ t), for t of any sign.
  virtual double at(double t_ns) const = 0;
  /// When the share `part` of all clicks, 0 … 1, has come; ascends.
  virtual double quantile(double part) const = 0;
  /// No share of the clicks falls on one instant.
  virtual bool has_density() const { return true; }
};

/// One row a shape: what a scenario calls it, how its clicks and their distribution are made; null
/// for a shape whose clicks follow none. `window` > 0.
struct ArrivalShapeRow {
  ArrivalShape shape;
  std::string_view name;
  std::unique_ptr<ArrivalTimes> (*times)(const ArrivalPattern& pattern, const ArrivalSpec& spec);
  std::unique_ptr<ClickDistribution> (*distribution)(const ArrivalPattern& pattern,
                                                     Duration window);
};
std::span<const ArrivalShapeRow> arrival_shapes();
const ArrivalShapeRow& row_of(ArrivalShape shape);

std::unique_ptr<ArrivalTimes> make_arrival_times(const Arrivals& arrivals, const ArrivalSpec& spec);
/// Null for a closed loop: answers decide when its clicks come.
std::unique_ptr<ClickDistribution> make_distribution(const Arrivals& arrivals, Duration window);

/// Clicks that keep to `distribution` as closely as they can: click k falls at a random place in
/// part k of `count` parts of the same probability.
std::unique_ptr<ArrivalTimes> make_even_clicks(std::unique_ptr<ClickDistribution> distribution,
                                               const ArrivalSpec& spec);

// One file a shape; stages.cpp puts several one after the other.
std::unique_ptr<ArrivalTimes> make_at_once(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_uniform(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_poisson(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_front_loaded(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_ramp(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_steps(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_spike(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_trace(const ArrivalPattern&, const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_stages(std::span<const ArrivalStage>, const ArrivalSpec& spec);

std::unique_ptr<ClickDistribution> at_once_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> uniform_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> exponential_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> ramp_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> steps_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> spike_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> trace_distribution(const ArrivalPattern&, Duration window);
std::unique_ptr<ClickDistribution> stages_distribution(std::span<const ArrivalStage>,
                                                       Duration window);

}  // namespace fairrush::loadgen
