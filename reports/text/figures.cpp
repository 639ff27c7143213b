#include "reports/text/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"

namespace fairrush::reports {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;

/// Sets commas into the digits before the decimal point.
std::string with_separators(std::string digits) {
  const std::size_t start = digits.starts_with('-') ? 1 : 0;
  std::size_t place = std::min(digits.find('.'), digits.size());
  while (place > start + 3) {
    place -= 3;
    digits.insert(place, 1, ',');
  }
  return digits;
}

}  // namespace

std::string number_text(double value, int decimals) {
  if (!std::isfinite(value)) return std::string(kNoFigure);
  return with_separators(fmt::format("{:.{}f}", value, decimals));
}

std::string milliseconds_text(std::uint64_t duration_ns) {
  const double value = static_cast<double>(duration_ns) / kNanosecondsPerMillisecond;
  if (value >= 100) return number_text(value, 0);
  if (value >= 10) return number_text(value, 1);
  if (value >= 1) return number_text(value, 2);
  return number_text(value, 3);
}

std::string percent_text(double share) {
  if (!std::isfinite(share)) return std::string(kNoFigure);
  return number_text(share * 100, 2) + " %";
}

std::string rate_text(double share, std::uint64_t group) {
  return group == 0 ? std::string(kNoFigure) : percent_text(share);
}

std::string probability_text(double p_value) {
  if (!std::isfinite(p_value)) return std::string(kNoFigure);
  return p_value < 1e-9 ? "<1e-9" : fmt::format("{:.2g}", p_value);
}

std::string seconds_text(std::int64_t time_ns) {
  return number_text(static_cast<double>(time_ns) / kNanosecondsPerSecond, 3) + " s";
}

std::string capitalized(std::string_view text) {
  std::string result(text);
  if (!result.empty() && result.front() >= 'a' && result.front() <= 'z') {
    result.front() = static_cast<char>(result.front() - 'a' + 'A');
  }
  return result;
}

std::string sentence(std::string_view clause) {
  const std::string_view stop = clause.empty() || clause.ends_with('.') ? "" : ".";
  return fmt::format("{}{}", capitalized(clause), stop);
}

double mean_of(double sum, std::uint64_t rounds) {
  return rounds == 0 ? 0 : sum / static_cast<double>(rounds);
}

std::string counted(std::uint64_t count, std::string_view singular) {
  return fmt::format("{} {}{}", format_count(count), singular, count == 1 ? "" : "s");
}

}  // namespace fairrush::reports
