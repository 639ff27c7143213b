#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.hpp"
#include "loadgen/run.hpp"

namespace fairrush::cli {

/// The percentiles that are watched.
inline constexpr std::array kWatchedQuantiles{0.5, 0.9, 0.99, 0.999};
using WatchedLatencies = std::array<Duration, kWatchedQuantiles.size()>;

/// One interval of a run.
struct TimelinePoint {
  Duration at{};      ///< its end, since the run was opened
  Duration length{};  ///< what it covers; a second, or more in a long run
  loadgen::Phase phase{};
  std::uint32_t round = 0;      ///< 0-based
  std::uint64_t done = 0;       ///< users done of the phase, at the end
  Rate rate;                    ///< requests sent
  std::uint64_t in_flight = 0;  ///< the most that was seen
  /// Of reservations and claims answered in it, from the click; unset when there were none.
  std::optional<WatchedLatencies> latencies;
};

/// The latencies of `answers`; unset when there are none.
std::optional<WatchedLatencies> watched(const analysis::Histogram& answers);

/// A run's intervals so far, at most `kPointsMax`: when they become more, neighbours are put
/// together, so that a run of any length stays in bounded memory. One thread.
class Timeline {
 public:
  static constexpr std::size_t kPointsMax = 600;
  static constexpr Duration kFinest = std::chrono::seconds(1);

  /// How long an interval is to be by now.
  Duration interval() const { return interval_; }

  /// Whether neighbours have been put together for it, all over the timeline.
  bool add(const TimelinePoint& point);

  std::span<const TimelinePoint> points() const { return points_; }

 private:
  std::vector<TimelinePoint> points_;
  Duration interval_ = kFinest;
};

}  // namespace fairrush::cli
