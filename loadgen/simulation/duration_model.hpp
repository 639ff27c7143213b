#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

#include "base/units.hpp"
#include "loadgen/log_normal.hpp"

namespace fairrush::loadgen {

/// How long something takes in virtual time. Value type; any thread.
class DurationModel {
 public:
  /// Always the same; zero by default.
  static DurationModel constant(Duration value) { return {Shape::constant, value, {}}; }
  static DurationModel exponential(Duration mean) { return {Shape::exponential, mean, {}}; }
  /// Log-normal by median and 99th percentile; p99 ≥ median > 0.
  static DurationModel lognormal(Duration median, Duration p99) {
    DurationModel model(Shape::lognormal, median, p99);
    model.lognormal_ = LogNormal(median, p99);
    return model;
  }
  DurationModel() : DurationModel(constant(Duration::zero())) {}

  /// Reads "0.5ms", "exponential:0.5ms" and "lognormal:0.4ms,3ms" (median, 99th percentile); none
  /// above a minute. The error says what is accepted.
  static std::expected<DurationModel, std::string> parse(std::string_view text);
  /// The text that `parse` reads.
  std::string text() const;

  bool is_zero() const { return shape_ == Shape::constant && first_ == Duration::zero(); }

  /// The quantile at `place`, 0 < place < 1; at most ten minutes.
  Duration at(double place) const;
  /// The quantiles at many places; both of one length.
  void at_each(std::span<const double> places, std::span<Duration> quantiles) const;

 private:
  enum class Shape : std::uint8_t { constant, exponential, lognormal };
  DurationModel(Shape shape, Duration first, Duration second)
      : shape_(shape), first_(first), second_(second) {}

  Shape shape_;
  Duration first_;   ///< value, mean or median
  Duration second_;  ///< 99th percentile of a log-normal one
  LogNormal lognormal_;
};

}  // namespace fairrush::loadgen
