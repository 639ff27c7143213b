#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace fairrush {

/// Reads a date and time with its offset from UTC, as ISO 8601 and databases write it:
/// "2026-11-21T23:00:00.25Z", "2026-11-22 08:00:00+09", "2026-11-22T08:00:00.123456+09:00". Years
/// 1970 to 2261, at most nine digits behind the point. Empty for any other text: without an offset
/// nobody knows when it was.
std::optional<WallTime> calendar_time(std::string_view text);

/// Reads seconds since 1970, "1795302000" or "1795302000.250": at most ten digits before the point
/// and nine behind it. Empty for any other text.
std::optional<WallTime> unix_time(std::string_view text);

}  // namespace fairrush
