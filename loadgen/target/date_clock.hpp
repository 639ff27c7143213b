#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "loadgen/target/target_client.hpp"

namespace fairrush::loadgen {

/// The time of an HTTP date such as "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110), the only form that
/// servers may send.
std::optional<WallTime> parse_http_date(std::string_view text);

/// Asks for the Date header of a fresh answer; empty when the answer has none.
using AskDate = std::function<FromTarget<std::string>()>;

/// Reads the target's clock from its Date header, which tells whole seconds: asks until the second
/// changes, for at most `kDatePatience`. The error of the measurement is half the time between the
/// two answers around the change; a server that renews its Date lazily adds to it unseen. Unset
/// when there is no such header or its second never changed.
FromTarget<std::optional<ClockOffset>> clock_by_date(const Clock& clock, const AskDate& ask,
                                                     const std::function<void()>& pause);

inline constexpr Duration kDatePatience = std::chrono::milliseconds(1'300);

/// What is taken for the error when nothing tells the target's clock.
inline constexpr Duration kUnknownClockError = std::chrono::milliseconds(500);

}  // namespace fairrush::loadgen
