#include "cli/live/timeline.hpp"

#include <algorithm>

namespace fairrush::cli {
namespace {

/// Percentiles of two intervals cannot be put together exactly; the worse one hides nothing.
std::optional<WatchedLatencies> worse(const std::optional<WatchedLatencies>& one,
                                      const std::optional<WatchedLatencies>& other) {
  if (!one || !other) return one ? one : other;
  WatchedLatencies worst;
  std::ranges::transform(*one, *other, worst.begin(),
                         [](Duration left, Duration right) { return std::max(left, right); });
  return worst;
}

TimelinePoint joined(const TimelinePoint& first, const TimelinePoint& second) {
  TimelinePoint both = second;
  both.length = first.length + second.length;
  const auto requests = [](const TimelinePoint& point) {
    return point.rate.per_second * std::chrono::duration<double>(point.length).count();
  };
  const double seconds = std::chrono::duration<double>(both.length).count();
  if (seconds > 0) both.rate = Rate{(requests(first) + requests(second)) / seconds};
  both.in_flight = std::max(first.in_flight, second.in_flight);
  both.latencies = worse(first.latencies, second.latencies);
  return both;
}

}  // namespace

std::optional<WatchedLatencies> watched(const analysis::Histogram& answers) {
  if (answers.count() == 0) return std::nullopt;
  WatchedLatencies latencies;
  std::ranges::transform(kWatchedQuantiles, latencies.begin(), [&answers](double quantile) {
    return Duration(static_cast<std::int64_t>(answers.value_at(quantile)));
  });
  return latencies;
}

bool Timeline::add(const TimelinePoint& point) {
  points_.push_back(point);
  if (points_.size() <= kPointsMax) return false;
  std::vector<TimelinePoint> fewer;
  for (std::size_t place = 0; place < points_.size(); place += 2) {
    const bool alone = place + 1 == points_.size();
    fewer.push_back(alone ? points_[place] : joined(points_[place], points_[place + 1]));
  }
  points_ = std::move(fewer);
  interval_ *= 2;
  return true;
}

}  // namespace fairrush::cli
