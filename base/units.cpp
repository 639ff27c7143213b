#include "base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <span>

namespace fairrush {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

struct NumberAndSuffix {
  double number;
  std::string_view suffix;
};

std::optional<NumberAndSuffix> split_number(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!suffix.empty() && suffix.front() == ' ') suffix.remove_prefix(1);
  return NumberAndSuffix{number, suffix};
}

std::optional<double> parse_scaled(std::string_view text, std::span<const Suffix> suffixes) {
  const auto split = split_number(text);
  if (!split) return std::nullopt;
  for (const Suffix& suffix : suffixes) {
    if (split->suffix == suffix.text) return split->number * suffix.factor;
  }
  return std::nullopt;
}

/// At most three significant digits after scaling, no trailing zeros.
std::string trimmed(double value) {
  std::string text = fmt::format("{:.3f}", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

constexpr double kLongestDurationNs = 9.2e18;

}  // namespace

std::expected<Duration, UnitError> parse_duration(std::string_view text) {
  static constexpr std::array<Suffix, 7> kSuffixes{
      {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  if (text == "0") return Duration{0};
  const auto nanoseconds = parse_scaled(text, kSuffixes);
  if (!nanoseconds || *nanoseconds > kLongestDurationNs) {
    return std::unexpected(UnitError{"a duration such as 250us, 200ms, 1.5s, 4m or 1h"});
  }
  return Duration{std::llround(*nanoseconds)};
}

std::string format_duration(Duration duration) {
  const double ns = static_cast<double>(duration.count());
  const double magnitude = std::abs(ns);
  if (magnitude == 0) return "0s";
  if (magnitude < 1e3) return trimmed(ns) + "ns";
  if (magnitude < 1e6) return trimmed(ns / 1e3) + "us";
  if (magnitude < 1e9) return trimmed(ns / 1e6) + "ms";
  if (magnitude < 120e9) return trimmed(ns / 1e9) + "s";
  if (magnitude < 7200e9) return trimmed(ns / 60e9) + "m";
  return trimmed(ns / 3600e9) + "h";
}

std::expected<Rate, UnitError> parse_rate(std::string_view text) {
  static constexpr std::array<Suffix, 4> kSuffixes{
      {{"/s", 1}, {"k/s", 1e3}, {"M/s", 1e6}, {"/m", 1.0 / 60}}};
  const auto per_second = parse_scaled(text, kSuffixes);
  if (!per_second) return std::unexpected(UnitError{"a rate such as 500/s or 1.5k/s"});
  return Rate{*per_second};
}

std::string format_rate(Rate rate) {
  if (rate.per_second >= 1e6) return fmt::format("{:.1f}M/s", rate.per_second / 1e6);
  if (rate.per_second >= 1e4) return fmt::format("{:.1f}k/s", rate.per_second / 1e3);
  return trimmed(rate.per_second) + "/s";
}

std::expected<ByteCount, UnitError> parse_byte_count(std::string_view text) {
  static constexpr std::array<Suffix, 8> kSuffixes{{{"", 1},
                                                    {"B", 1},
                                                    {"KiB", 1024},
                                                    {"MiB", 1024.0 * 1024},
                                                    {"GiB", 1024.0 * 1024 * 1024},
                                                    {"kB", 1e3},
                                                    {"MB", 1e6},
                                                    {"GB", 1e9}}};
  const auto bytes = parse_scaled(text, kSuffixes);
  if (!bytes || *bytes > 1e18) {
    return std::unexpected(UnitError{"a byte count such as 512, 64KiB or 8MiB"});
  }
  return ByteCount{static_cast<std::uint64_t>(std::llround(*bytes))};
}

std::string format_byte_count(ByteCount count) {
  static constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(count.bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", count.bytes)
                   : fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::expected<Share, UnitError> parse_share(std::string_view text) {
  static constexpr std::array<Suffix, 3> kSuffixes{{{"", 1}, {"%", 0.01}, {"pp", 0.01}}};
  const auto share = parse_scaled(text, kSuffixes);
  if (!share || *share > 1) {
    return std::unexpected(UnitError{"a share of 0 to 1, such as 20%, 1pp or 0.2"});
  }
  return Share{*share};
}

std::string format_share(Share share) {
  return fmt::format("{:.2f}%", share.of_one * 100);
}

std::string format_count(std::uint64_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t place = digits.size(); place > 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

}  // namespace fairrush
