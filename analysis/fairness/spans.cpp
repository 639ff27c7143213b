#include "analysis/fairness/spans.hpp"

#include <algorithm>

namespace fairrush::analysis {
namespace {

/// Times are rounded to this part of the time in which nearly all arrive.
constexpr std::int64_t kRoundedTo = 1000;
constexpr std::size_t kCrowdPercent = 99;

/// The largest power of ten that is at most `length_ns`/kRoundedTo, and at least a nanosecond.
std::int64_t resolution(std::int64_t length_ns) {
  std::int64_t step = 1;
  while (step * 10 * kRoundedTo <= length_ns) step *= 10;
  return step;
}

std::size_t count_for(std::size_t arrivals) {
  return std::clamp<std::size_t>(arrivals / kSpanArrivalsMin, 1, kSpansMax);
}

}  // namespace

Spans spans_of(const Window& rush, const RoundParticipants& round) {
  Spans spans{.open_ns = rush.open_ns, .starts_ns = {}};
  const auto& arrivals = round.by_arrival;
  if (arrivals.empty()) return spans;
  if (rush.close_ns <= rush.open_ns) spans.open_ns = arrivals.front().arrival_ns;
  const auto arrived_ns = [&](std::size_t place) {
    return arrivals[place].arrival_ns - spans.open_ns;
  };
  spans.crowd_end_ns = arrived_ns((arrivals.size() - 1) * kCrowdPercent / 100) + 1;
  const std::int64_t step = resolution(spans.crowd_end_ns);
  const std::size_t count = count_for(arrivals.size());
  std::int64_t previous_ns = arrived_ns(0) / step * step;
  for (std::size_t span = 1; span < count; ++span) {
    const std::int64_t start_ns = arrived_ns(span * arrivals.size() / count) / step * step;
    if (start_ns <= previous_ns) continue;
    spans.starts_ns.push_back(start_ns);
    previous_ns = start_ns;
  }
  return spans;
}

}  // namespace fairrush::analysis
