#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analysis/fairness/participants.hpp"
#include "analysis/run/facts.hpp"

namespace fairrush::analysis {

/// Stretches of time since the opening of the rush into which about as many arrivals fall each:
/// short where many come, so that a rush that is decided in its first tenths of a second is seen
/// there, and long where few do.
struct Spans {
  std::int64_t open_ns = 0;
  /// Where each span but the first begins, nanoseconds since the opening, ascending. The last span
  /// holds all that comes later.
  std::vector<std::int64_t> starts_ns;
  std::int64_t crowd_end_ns = 0;  ///< 99 % of the arrivals they were chosen by came before

  std::size_t size() const { return starts_ns.size() + 1; }
};

/// Most spans a rush is cut into, and fewest arrivals that are worth a span.
inline constexpr std::size_t kSpansMax = 20;
inline constexpr std::size_t kSpanArrivalsMin = 20;

/// Cuts the arrivals of a round into equal parts, at times rounded to a thousandth of their length;
/// those that come at once are never parted. `round` is in the order of arrival. Without a window
/// the first arrival opens it.
Spans spans_of(const Window& rush, const RoundParticipants& round);

}  // namespace fairrush::analysis
