#include "loadgen/simulation/duration_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace fairrush::loadgen {
namespace {

constexpr Duration kAcceptedMax = std::chrono::minutes(1);
constexpr Duration kTailMax = std::chrono::minutes(10);
constexpr std::string_view kAccepted =
    "a duration up to 1m such as 0.5ms, exponential:0.5ms, or lognormal:0.4ms,3ms (median, 99th "
    "percentile)";

std::optional<Duration> accepted_duration(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration || *duration < Duration::zero() || *duration > kAcceptedMax) return std::nullopt;
  return *duration;
}

Duration rounded(double nanoseconds) {
  const auto cut = static_cast<double>(Duration(kTailMax).count());
  return Duration{std::llround(std::min(nanoseconds, cut))};
}

}  // namespace

std::expected<DurationModel, std::string> DurationModel::parse(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view shape = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  const std::string_view value = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (shape.empty() && colon == std::string_view::npos) {
    if (const auto always = accepted_duration(value)) return constant(*always);
  } else if (shape == "exponential") {
    if (const auto mean = accepted_duration(value)) return exponential(*mean);
  } else if (shape == "lognormal") {
    const auto comma = value.find(',');
    const auto median = accepted_duration(value.substr(0, comma));
    const auto p99 =
        comma == std::string_view::npos ? std::nullopt : accepted_duration(value.substr(comma + 1));
    if (median && p99 && *median > Duration::zero() && *p99 >= *median) {
      return lognormal(*median, *p99);
    }
  }
  return std::unexpected(std::string(kAccepted));
}

std::string DurationModel::text() const {
  switch (shape_) {
    case Shape::exponential:
      return "exponential:" + format_duration(first_);
    case Shape::lognormal:
      return fmt::format("lognormal:{},{}", format_duration(first_), format_duration(second_));
    case Shape::constant:
      break;
  }
  return format_duration(first_);
}

void DurationModel::at_each(std::span<const double> places, std::span<Duration> quantiles) const {
  for (std::size_t index = 0; index < places.size(); ++index) quantiles[index] = at(places[index]);
}

Duration DurationModel::at(double place) const {
  switch (shape_) {
    case Shape::exponential:
      return rounded(-static_cast<double>(first_.count()) * std::log(1 - place));
    case Shape::lognormal:
      return rounded(lognormal_.at(place));
    case Shape::constant:
      break;
  }
  return first_;
}

}  // namespace fairrush::loadgen
