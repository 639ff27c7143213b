#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace fairrush {

using Duration = std::chrono::nanoseconds;

/// Events per second.
struct Rate {
  double per_second = 0;
  constexpr auto operator<=>(const Rate&) const = default;
};

/// A number of bytes.
struct ByteCount {
  std::uint64_t bytes = 0;
  constexpr auto operator<=>(const ByteCount&) const = default;
};

/// A part of a whole, 0 … 1.
struct Share {
  double of_one = 0;
  constexpr auto operator<=>(const Share&) const = default;
};

/// Why a text is not a quantity: what was expected, in words fit for an error message.
struct UnitError {
  std::string expected;
};

/// Reads "250us", "200ms", "1.5s", "4m", "1h", "17ns"; a bare "0" is zero. Negative durations and
/// those beyond ±292 years are errors.
std::expected<Duration, UnitError> parse_duration(std::string_view text);

/// Prints the shortest text with at most three significant decimals: 1500 ms → "1.5s".
std::string format_duration(Duration duration);

/// Reads "1000/s" or "1.5k/s"; at least 0.
std::expected<Rate, UnitError> parse_rate(std::string_view text);
/// Prints "12.3k/s".
std::string format_rate(Rate rate);

/// Reads "512", "64KiB", "8MiB", "1GiB" (powers of two) and "64kB", "8MB" (powers of ten).
std::expected<ByteCount, UnitError> parse_byte_count(std::string_view text);
/// Prints "4.0 KiB".
std::string format_byte_count(ByteCount count);

/// Reads "20%", "0.5%", "1pp" (percentage points) or a fraction such as "0.2"; 0 … 1.
std::expected<Share, UnitError> parse_share(std::string_view text);
/// Prints with two decimals: 0.2 → "20.00%".
std::string format_share(Share share);

/// Prints an integer with thousands separators: 30000 → "30,000".
std::string format_count(std::uint64_t count);

}  // namespace fairrush
