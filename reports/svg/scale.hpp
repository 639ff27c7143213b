#pragma once

#include <string>
#include <vector>

namespace fairrush::reports {

/// A range of values or of pixels; `high` may lie left of or above `low` in pixels.
struct Extent {
  double low = 0;
  double high = 1;
};

/// A place on an axis and what is written there.
struct Tick {
  double value = 0;
  std::string label;
};

/// Maps values to pixels.
class Scale {
 public:
  /// `values` must not be empty: high > low.
  static Scale linear(Extent values, Extent pixels) { return {values, pixels, Kind::linear}; }
  /// By decimal logarithm; values.low > 0.
  static Scale logarithmic(Extent values, Extent pixels);

  /// The pixel of a value; values beyond the range land on its edge.
  double at(double value) const;
  Extent values() const { return values_; }
  Extent pixels() const { return pixels_; }

 private:
  enum class Kind { linear, logarithmic };
  Scale(Extent values, Extent pixels, Kind kind);

  Extent values_;
  Extent pixels_;
  Kind kind_;
};

/// Distance of round ticks (1, 2 or 5 times a power of ten) that gives at most `ticks_max` steps
/// over `length` > 0.
double nice_step(double length, int ticks_max);

/// Round numbers from `extent.low` to `extent.high`, labelled with as many decimals as they need.
std::vector<Tick> linear_ticks(Extent extent, int ticks_max);

/// The same for what is counted: whole numbers only, one at least where the extent holds any.
std::vector<Tick> whole_ticks(Extent extent, int ticks_max);

/// Powers of ten inside the extent, with 2 and 5 between them where there are few.
std::vector<Tick> logarithmic_ticks(Extent extent);

/// From zero to the first of at most `ticks_max` round steps that reaches `highest`; 0 … 1 when
/// there is nothing.
Extent extent_from_zero(double highest, int ticks_max = 5);

/// From 1, 2 or 5 times a power of ten below `lowest` to one above `highest`, for a logarithmic
/// axis; 0.1 … 100 when there is nothing.
Extent logarithmic_extent(double lowest, double highest);

}  // namespace fairrush::reports
