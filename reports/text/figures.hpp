#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fairrush::reports {

/// What stands for a figure that there is none of.
inline constexpr std::string_view kNoFigure = "–";

/// A number with fixed decimals and thousands separators: 1234.5 → "1,234.50"; `kNoFigure` when it
/// is not finite.
std::string number_text(double value, int decimals);

/// A duration in milliseconds with about three significant digits and no unit: "0.084", "12.3",
/// "1,235".
std::string milliseconds_text(std::uint64_t duration_ns);

/// A share of one with two decimals: 0.19868 → "19.87 %"; `kNoFigure` when it is not finite.
std::string percent_text(double share);

/// A share with its group: "19.87 %", or `kNoFigure` when the group is empty.
std::string rate_text(double share, std::uint64_t group);

/// A p-value for a column of its own: "0.043", "<1e-9"; `kNoFigure` when it is not finite.
std::string probability_text(double p_value);

/// A point of the run's time in seconds: "12.345 s".
std::string seconds_text(std::int64_t time_ns);

/// The text with a capital letter in front.
std::string capitalized(std::string_view text);

/// A clause as a sentence: a capital letter in front, a full stop behind, where they are missing.
std::string sentence(std::string_view clause);

/// A sum over rounds as the mean of one; 0 without rounds.
double mean_of(double sum, std::uint64_t rounds);

/// "1 coupon", "2 coupons", "1,200 coupons".
std::string counted(std::uint64_t count, std::string_view singular);

}  // namespace fairrush::reports
