#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/random/counter_random.hpp"
#include "base/units.hpp"
#include "loadgen/scenario/scenario.hpp"

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

/// What a shape needs to know.
struct ArrivalSpec {
  std::uint32_t count = 0;  ///< clicks in all
  Duration window{};        ///< > 0
  Duration mean{};          ///< of front_loaded; > 0
  std::uint64_t seed = 0;
  Stream stream = Stream::claim_time;
};

/// One row a shape: what a scenario calls it, what it means, how it is made.
struct ArrivalShapeRow {
  ArrivalShape shape;
  std::string_view name;
  std::unique_ptr<ArrivalTimes> (*make)(const ArrivalSpec& spec);
};
std::span<const ArrivalShapeRow> arrival_shapes();

std::unique_ptr<ArrivalTimes> make_arrival_times(ArrivalShape shape, const ArrivalSpec& spec);

std::unique_ptr<ArrivalTimes> make_at_once(const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_uniform(const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_poisson(const ArrivalSpec& spec);
std::unique_ptr<ArrivalTimes> make_front_loaded(const ArrivalSpec& spec);

}  // namespace fairrush::loadgen
